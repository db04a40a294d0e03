package jacquard.kernels.cuda;

import jacquard.kernels.csource.Dialect;

/// What code is compiled for.
///
/// @param capability compute capability: 90 is 9.0
/// @param alone whether for that capability alone, with instructions that no other has
record Architecture(int capability, boolean alone) {
  /// What code for a device is compiled for, as far as the compiler knows it.
  static Architecture of(int capability, CudaCompiler compiler) {
    Architecture alone = new Architecture(capability, true);
    return capability == 90 && compiler.knows(alone) ? alone : since(capability);
  }

  static Architecture since(int capability) {
    return new Architecture(capability, false);
  }

  /// In which kernels for it are written.
  Dialect dialect() {
    return alone ? Dialect.CUDA_90A : capability >= 80 ? Dialect.CUDA : Dialect.CUDA_BEFORE_80;
  }

  /// `sm_80`, `sm_90a`.
  @Override
  public String toString() {
    return "sm_" + capability + (alone ? "a" : "");
  }
}
