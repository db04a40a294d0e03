package jacquard.kernels.cuda;

import jacquard.tensor.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/// The CUDA devices of this machine, or why there are none.
///
/// The driver is asked without jcuda first: a jcuda class that fails to load its library stays
/// unusable for ever, and says only that.
///
/// @param devices by number
/// @param trouble what is missing and what to do; empty if nothing is
record Probe(List<CudaDevice> devices, String trouble) {
  /// The oldest driver that has every function that jcuda 12.6 binds: CUDA 12.0 came with 525.
  private static final int OLDEST_DRIVER = 12_000;

  private static final int NO_DEVICE = 100;

  /// What the driver answers before anything is opened.
  ///
  /// @param result of `cuInit`
  /// @param version of CUDA that it serves: 12060 is 12.6
  /// @param count of devices
  record Answer(int result, int version, int count) {}

  private static final class Holder {
    static final Probe PROBE = probe();
  }

  /// What this process has found.
  static Probe get() {
    return Holder.PROBE;
  }

  private static Probe probe() {
    String library =
        System.getProperty("os.name", "").startsWith("Windows") ? "nvcuda.dll" : "libcuda.so.1";
    Answer answer;
    try {
      answer = ask(SymbolLookup.libraryLookup(library, Arena.global()));
    } catch (IllegalArgumentException e) {
      return none("no NVIDIA driver: " + library + " can't be loaded; install the GPU's driver");
    } catch (IllegalCallerException e) {
      return none(
          "native libraries are not allowed; start Java with --enable-native-access=ALL-UNNAMED, as the launcher does");
    }
    String trouble = trouble(answer);
    if (!trouble.isEmpty()) {
      return none(trouble);
    }
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!system.equals("Linux amd64")) {
      return none("jcuda has its library for Linux on x86-64 alone, this is " + system);
    }
    try {
      CudaCompiler.find(answer.version);
    } catch (DeviceException e) {
      return new Probe(List.of(), String.valueOf(e.getMessage()));
    }
    try {
      List<CudaDevice> devices = new ArrayList<>();
      for (int i = 0; i < answer.count; i++) {
        devices.add(CudaDevice.of(i));
      }
      return new Probe(List.copyOf(devices), "");
    } catch (LinkageError e) {
      return none("jcuda's library can't be loaded: " + e.getMessage());
    } catch (jcuda.CudaException e) {
      return none("the driver fails: " + e.getMessage());
    }
  }

  private static Probe none(String why) {
    return new Probe(List.of(), "cuda: " + why);
  }

  /// What is wrong with an answer and what to do; empty if nothing is.
  static String trouble(Answer answer) {
    if (answer.result == NO_DEVICE || (answer.result == 0 && answer.count == 0)) {
      return "the driver finds no device; look at nvidia-smi, and at CUDA_VISIBLE_DEVICES, which hides devices";
    }
    if (answer.result != 0) {
      return "the driver can't be started: error "
          + answer.result
          + " of cuInit; look at nvidia-smi, or start the machine anew after an update of the driver";
    }
    if (answer.version < OLDEST_DRIVER) {
      return "the driver serves CUDA %d.%d, expected 12.0 or newer; update it to 525 or newer"
          .formatted(answer.version / 1000, answer.version % 1000 / 10);
    }
    return "";
  }

  private static Answer ask(SymbolLookup driver) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
      int result =
          (int) function(driver, "cuInit", FunctionDescriptor.of(C_INT, C_INT)).invokeExact(0);
      if (result != 0) {
        return new Answer(result, 0, 0);
      }
      FunctionDescriptor asks = FunctionDescriptor.of(C_INT, ValueLayout.ADDRESS);
      int first = (int) function(driver, "cuDriverGetVersion", asks).invokeExact(number);
      int version = number.get(C_INT, 0);
      int second = (int) function(driver, "cuDeviceGetCount", asks).invokeExact(number);
      return new Answer(Math.max(first, second), version, number.get(C_INT, 0));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a foreign call throws nothing that is checked", e);
    }
  }

  private static final ValueLayout.OfInt C_INT = ValueLayout.JAVA_INT;

  private static MethodHandle function(
      SymbolLookup library, String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
  }
}
