package jacquard.kernels.cuda;

import jacquard.tensor.DeviceException;
import java.util.Arrays;

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
  /// @param driver version of CUDA that the driver serves, as [CudaDevice#driver]
  /// @throws DeviceException if there is none, or not the one that is asked for
  static CudaCompiler find(int driver) {
    Nvrtc library = Nvrtc.find(driver);
    if (library != null) {
      return library;
    }
    Nvcc program = Nvcc.find();
    if (program != null) {
      return program;
    }
    throw new DeviceException(
        "cuda: no compiler: none of "
            + Nvrtc.names(driver)
            + " can be used and nvcc is not on the PATH; install the CUDA toolkit, or its NVRTC library"
            + " and put its folder into LD_LIBRARY_PATH or its file into -Djacquard.nvrtc");
  }

  /// What a compiler is asked to make.
  ///
  /// @param architecture `sm_80` for a cubin, `compute_80` for PTX
  record Order(String architecture, boolean cubin) {}

  /// A cubin for an architecture; if it isn't known, PTX for the newest one before it.
  ///
  /// @param known compute capabilities that the compiler knows; none if it doesn't tell
  /// @throws Refused if it knows none that a device of the architecture runs code for
  default Order order(Architecture architecture, int[] known) throws Refused {
    int capability = architecture.capability();
    int nearest = Arrays.stream(known).filter(k -> k <= capability).max().orElse(0);
    if (nearest == capability || known.length == 0) {
      return new Order(architecture.toString(), true);
    }
    if (nearest == 0 || architecture.alone()) {
      throw new Refused(
          "%s compiles for %s, not for %s".formatted(name(), Arrays.toString(known), architecture));
    }
    return new Order("compute_" + nearest, false);
  }
}
