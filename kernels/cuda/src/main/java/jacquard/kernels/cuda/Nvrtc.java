package jacquard.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// NVIDIA's compiler as a library, called through `java.lang.foreign`: jcuda's own binding wants
/// the library of one version of CUDA.
final class Nvrtc implements CudaCompiler {
  /// Newest first.
  static final List<String> NAMES =
      List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so");

  private final String version;
  private final int[] architectures;
  private final MethodHandle create;
  private final MethodHandle compile;
  private final MethodHandle destroy;
  private final Output cubin;
  private final Output ptx;
  private final Output log;

  /// Two functions: how long an output is, and the output.
  private record Output(MethodHandle size, MethodHandle get) {}

  private static final class Holder {
    static final @Nullable Nvrtc FOUND = load();
  }

  /// The library of this machine; null if there is none.
  static @Nullable Nvrtc find() {
    return Holder.FOUND;
  }

  private static @Nullable Nvrtc load() {
    for (String name : NAMES) {
      try {
        return new Nvrtc(SymbolLookup.libraryLookup(name, Arena.global()));
      } catch (IllegalArgumentException e) {
        // not on this machine: the next one
      }
    }
    return null;
  }

  private Nvrtc(SymbolLookup library) {
    create =
        function(
            library, "nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    compile = function(library, "nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS);
    destroy = function(library, "nvrtcDestroyProgram", ADDRESS);
    cubin = output(library, "CUBIN");
    ptx = output(library, "PTX");
    log = output(library, "ProgramLog");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate(JAVA_INT, 2);
      check(call(function(library, "nvrtcVersion", ADDRESS, ADDRESS), numbers, numbers.asSlice(4)));
      version = numbers.get(JAVA_INT, 0) + "." + numbers.get(JAVA_INT, 4);
      check(call(function(library, "nvrtcGetNumSupportedArchs", ADDRESS), numbers));
      int count = numbers.get(JAVA_INT, 0);
      MemorySegment all = arena.allocate(JAVA_INT, Math.max(1, count));
      check(call(function(library, "nvrtcGetSupportedArchs", ADDRESS), all));
      architectures = all.asSlice(0, 4L * count).toArray(JAVA_INT);
    }
  }

  private static Output output(SymbolLookup library, String what) {
    return new Output(
        function(library, "nvrtcGet" + what + "Size", ADDRESS, ADDRESS),
        function(library, "nvrtcGet" + what, ADDRESS, ADDRESS));
  }

  private static MethodHandle function(
      SymbolLookup library, String name, MemoryLayout... parameters) {
    return Linker.nativeLinker()
        .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters));
  }

  private static int call(MethodHandle function, Object... arguments) {
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a foreign call throws nothing that is checked", e);
    }
  }

  private static void check(int result) {
    if (result != 0) {
      throw new IllegalArgumentException("NVRTC: error " + result);
    }
  }

  @Override
  public String name() {
    return "NVRTC " + version;
  }

  @Override
  public byte[] compile(String text, Architecture architecture) throws Refused {
    int capability = architecture.capability();
    int known = Arrays.stream(architectures).filter(a -> a <= capability).max().orElse(0);
    boolean exact = known == capability;
    if (known == 0 || (architecture.alone() && !exact)) {
      throw new Refused(
          name()
              + " compiles for none of "
              + capability
              + " and older devices, but for "
              + Arrays.toString(architectures));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment holder = arena.allocate(ADDRESS);
      MemorySegment name = arena.allocateFrom("kernel.cu");
      check(
          call(
              create,
              holder,
              arena.allocateFrom(text),
              name,
              0,
              MemorySegment.NULL,
              MemorySegment.NULL));
      MemorySegment program = holder.get(ADDRESS, 0);
      try {
        List<String> options = new ArrayList<>(List.of(NO_FUSING, "--disable-warnings"));
        options.add("--gpu-architecture=" + (exact ? architecture : "compute_" + known));
        MemorySegment pointers = arena.allocate(ADDRESS, options.size());
        for (int i = 0; i < options.size(); i++) {
          pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
        }
        if (call(compile, program, options.size(), pointers) != 0) {
          byte[] said = read(arena, program, log);
          throw new Refused(
              new String(
                  said, 0, Math.max(0, said.length - 1), java.nio.charset.StandardCharsets.UTF_8));
        }
        return read(arena, program, exact ? cubin : ptx);
      } finally {
        call(destroy, holder);
      }
    }
  }

  private static byte[] read(Arena arena, MemorySegment program, Output output) {
    MemorySegment size = arena.allocate(JAVA_LONG);
    check(call(output.size, program, size));
    long bytes = size.get(JAVA_LONG, 0);
    MemorySegment all = arena.allocate(Math.max(1, bytes));
    check(call(output.get, program, all));
    return all.asSlice(0, bytes).toArray(JAVA_BYTE);
  }
}
