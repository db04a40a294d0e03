package jacquard.kernels.cuda;

import jacquard.tensor.DeviceException;

/// What turns CUDA C into code for a device: the library NVRTC, or else the program `nvcc`.
sealed interface CudaCompiler permits Nvrtc, Nvcc {
  /// Options of both: sums and products are rounded one by one, as on every other device, where a
  /// kernel doesn't ask for a fused one.
  String NO_FUSING = "--fmad=false";

  /// Its name and version: code made by another one is not the same.
  String name();

  /// Code for devices of an architecture: a cubin, or PTX if the compiler doesn't know one that
  /// new.
  ///
  /// @throws Refused with the compiler's words
  byte[] compile(String text, Architecture architecture) throws Refused;

  /// A text that can't be compiled.
  final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    /// What the compiler wrote.
    private final String log;

    Refused(String log) {
      super(log);
      this.log = log;
    }

    String log() {
      return log;
    }
  }

  /// The compiler of this machine.
  ///
  /// @throws DeviceException if there is none
  static CudaCompiler find() {
    Nvrtc library = Nvrtc.find();
    if (library != null) {
      return library;
    }
    Nvcc program = Nvcc.find();
    if (program != null) {
      return program;
    }
    throw new DeviceException("cuda: " + trouble());
  }

  /// Why there is none and what to do; empty if there is one.
  static String trouble() {
    return Nvrtc.find() != null || Nvcc.find() != null
        ? ""
        : "no compiler: none of "
            + Nvrtc.NAMES
            + " can be loaded and nvcc is not on the PATH; install the CUDA toolkit, or its NVRTC library and put its folder into LD_LIBRARY_PATH";
  }
}
