package jacquard.kernels.cuda;

import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.KernelFiles;

/// What code is compiled for.
///
/// @param capability compute capability: 90 is 9.0
/// @param alone whether for that capability alone, with instructions that no other has
record Architecture(int capability, boolean alone) {
  /// What code for a device is compiled for, as far as the compiler knows it: what it is asked once
  /// is kept on disk.
  static Architecture of(int capability, CudaCompiler compiler) {
    Architecture alone = new Architecture(capability, true);
    if (capability != 90) {
      return since(capability);
    }
    KernelFiles files = alone.files(compiler);
    if (files.load("") == null) {
      try {
        files.store("", compiler.compile("", alone));
      } catch (CudaCompiler.Refused e) {
        return since(capability); // a toolkit from before 12.0
      }
    }
    return alone;
  }

  /// What a compiler makes for it.
  KernelFiles files(CudaCompiler compiler) {
    return new KernelFiles("cuda", ".cu", toString(), compiler.name(), CudaCompiler.NO_FUSING);
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
