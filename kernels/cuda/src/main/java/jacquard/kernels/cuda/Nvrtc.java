package jacquard.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.tensor.DeviceException;
import jacquard.tensor.Switches;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// NVIDIA's compiler as a library, called through `java.lang.foreign`: jcuda's own binding wants
/// the library of one version of CUDA.
final class Nvrtc implements CudaCompiler {
  /// @param name of its file
  /// @param major version of CUDA that it belongs to; 0 for any
  private record Library(String name, int major) {}

  /// Newest first.
  private static final List<Library> LIBRARIES =
      List.of(
          new Library("libnvrtc.so.13", 13),
          new Library("libnvrtc.so.12", 12),
          new Library("libnvrtc.so.11.2", 11),
          new Library("libnvrtc.so", 0));

  /// What was tried, and whether it could be used.
  private static final Map<String, Optional<Nvrtc>> TRIED = new ConcurrentHashMap<>();

  /// The oldest with numbers like `0x1p-14f`; not what libraries before 12.0 take unasked.
  private static final String STANDARD = "--std=c++17";

  private static final System.Logger LOG = System.getLogger(Nvrtc.class.getName());

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

  /// The library that is asked for, or else the first of [#names] that this machine has; null if it
  /// has none.
  ///
  /// @param driver version of CUDA that the driver serves, as [CudaDevice#driver]
  /// @throws DeviceException if one is asked for that can't be used
  static @Nullable Nvrtc find(int driver) {
    String asked = Switches.nvrtc();
    if (!asked.isEmpty()) {
      return use(asked)
          .orElseThrow(() ->
              new DeviceException(
                  "cuda: jacquard.nvrtc: "
                      + asked
                      + " can't be used, expected the file of an NVRTC library of CUDA 11.1 or newer"));
    }
    return names(driver).stream().flatMap(name -> use(name).stream()).findFirst().orElse(null);
  }

  /// Files in the order in which they are tried. A driver need not take code that was made for a
  /// later major version than its own: such libraries come last.
  static List<String> names(int driver) {
    Stream<Library> fit = LIBRARIES.stream().filter(l -> l.major <= driver / 1000);
    Stream<Library> later = LIBRARIES.stream().filter(l -> l.major > driver / 1000);
    return Stream.concat(fit, later).map(Library::name).toList();
  }

  private static Optional<Nvrtc> use(String file) {
    return TRIED.computeIfAbsent(
        file,
        f -> {
          try {
            return Optional.of(
                new Nvrtc(
                    f.contains("/")
                        ? SymbolLookup.libraryLookup(Path.of(f), Arena.global())
                        : SymbolLookup.libraryLookup(f, Arena.global())));
          } catch (IllegalArgumentException | NoSuchElementException e) {
            LOG.log(System.Logger.Level.DEBUG, "cuda: {0} can''t be used: {1}", f, e.getMessage());
            return Optional.empty(); // not there, or from before the functions that are called here
          }
        });
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
    Order order = order(architecture, architectures);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment holder = arena.allocate(ADDRESS);
      MemorySegment name = arena.allocateFrom("kernel.cu");
      MemorySegment source = arena.allocateFrom(text);
      MemorySegment none = MemorySegment.NULL;
      int made = call(create, holder, source, name, 0, none, none);
      if (made != 0) {
        throw new Refused(name() + ": error " + made + " of nvrtcCreateProgram");
      }
      MemorySegment program = holder.get(ADDRESS, 0);
      try {
        List<String> options = new ArrayList<>(List.of(NO_FUSING, "--disable-warnings", STANDARD));
        options.add("--gpu-architecture=" + order.architecture());
        MemorySegment pointers = arena.allocate(ADDRESS, options.size());
        for (int i = 0; i < options.size(); i++) {
          pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
        }
        if (call(compile, program, options.size(), pointers) != 0) {
          byte[] said = read(arena, program, log);
          throw new Refused(new String(said, 0, Math.max(0, said.length - 1), UTF_8));
        }
        return read(arena, program, order.cubin() ? cubin : ptx);
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
