package jacquard.bench.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import jacquard.bench.rows.Body;
import jacquard.bench.rows.Operands;
import jacquard.bench.rows.Product;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `cblas_sgemm` of a library that the machine has, called through `java.lang.foreign`.
final class NativeBlas {
  private static final int ROW_MAJOR = 101;
  private static final int NOT_TRANSPOSED = 111;
  private static final int TRANSPOSED = 112;
  private static final int LINE_BYTES = 64;

  /// A library that is known by name.
  enum Kind {
    OPENBLAS(
        "openblas",
        "openblas_set_num_threads",
        "apt-get install libopenblas0-pthread",
        "libopenblas.so.0",
        "libopenblas.so",
        "libopenblas.dylib"),
    MKL(
        "mkl",
        "MKL_Set_Num_Threads",
        "pip install mkl, or Intel's oneAPI",
        "libmkl_rt.so",
        "libmkl_rt.so.2",
        "libmkl_rt.so.1",
        "libmkl_rt.dylib");

    private final String label;
    private final String setThreads;
    private final String source;
    private final List<String> files;

    Kind(String label, String setThreads, String source, String... files) {
      this.label = label;
      this.setThreads = setThreads;
      this.source = source;
      this.files = List.of(files);
    }

    String label() {
      return label;
    }
  }

  /// @param path a file, or a name that the system's loader knows
  record Library(Kind kind, String path) {}

  private final Library library;
  private final MethodHandle sgemm;
  private final MethodHandle setThreads;

  private NativeBlas(Library library) {
    this.library = library;
    SymbolLookup symbols = SymbolLookup.libraryLookup(library.path, Arena.global());
    sgemm =
        handle(
            symbols,
            "cblas_sgemm",
            FunctionDescriptor.ofVoid(
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                JAVA_INT,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT));
    setThreads = handle(symbols, library.kind.setThreads, FunctionDescriptor.ofVoid(JAVA_INT));
  }

  /// The library at `path`, or where it usually is.
  ///
  /// @return nothing if it is in none of the usual places
  /// @throws IllegalArgumentException if `path` holds no such library
  static Optional<Library> find(Kind kind, @Nullable String path) {
    for (String file : path == null ? kind.files : List.of(path)) {
      Library library = new Library(kind, file);
      try {
        open(library);
        return Optional.of(library);
      } catch (IllegalArgumentException e) {
        if (path != null) {
          throw new IllegalArgumentException(
              "--peer-library: " + path + ": " + e.getMessage() + ", expected " + kind.label, e);
        }
      }
    }
    return Optional.empty();
  }

  /// One line for who asked for a library that isn't there.
  static String missing(Kind kind) {
    return kind.label
        + " is not installed (looked for "
        + String.join(", ", kind.files)
        + "; "
        + kind.source
        + ", or --peer-library PATH): measuring without it";
  }

  /// @throws IllegalArgumentException if the system can't load it or it lacks a function
  static NativeBlas open(Library library) {
    return new NativeBlas(library);
  }

  /// How many threads its products use from now on.
  NativeBlas withThreads(int threads) {
    try {
      setThreads.invokeExact(threads);
    } catch (Throwable e) {
      throw new IllegalStateException(library + ": can't set threads", e);
    }
    return this;
  }

  /// The product on memory outside the heap, on cache lines.
  Body body(Product p) {
    Operands operands = Operands.of(p);
    Arena arena = Arena.ofAuto();
    MemorySegment a = copy(arena, operands.a());
    MemorySegment b = copy(arena, operands.b());
    MemorySegment c = arena.allocate(4L * p.cSize(), LINE_BYTES);
    return new Body() {
      @Override
      public void run() {
        for (int item = 0; item < p.batch(); item++) {
          multiply(
              p,
              a.asSlice(4L * item * p.m() * p.k()),
              b.asSlice(4L * item * p.k() * p.n()),
              c.asSlice(4L * item * p.m() * p.n()));
        }
      }

      @Override
      public float[] result() {
        return c.toArray(JAVA_FLOAT);
      }
    };
  }

  private void multiply(Product p, MemorySegment a, MemorySegment b, MemorySegment c) {
    boolean ta = p.layout().transposesA();
    boolean tb = p.layout().transposesB();
    try {
      sgemm.invokeExact(
          ROW_MAJOR,
          ta ? TRANSPOSED : NOT_TRANSPOSED,
          tb ? TRANSPOSED : NOT_TRANSPOSED,
          p.m(),
          p.n(),
          p.k(),
          1f,
          a,
          ta ? p.m() : p.k(),
          b,
          tb ? p.k() : p.n(),
          0f,
          c,
          p.n());
    } catch (Throwable e) {
      throw new IllegalStateException(library + ": cblas_sgemm failed", e);
    }
  }

  private static MemorySegment copy(Arena arena, float[] values) {
    MemorySegment memory = arena.allocate(4L * values.length, LINE_BYTES);
    MemorySegment.copy(values, 0, memory, JAVA_FLOAT, 0, values.length);
    return memory;
  }

  private static MethodHandle handle(
      SymbolLookup symbols, String name, FunctionDescriptor descriptor) {
    MemorySegment function =
        symbols
            .find(name)
            .orElseThrow(() -> new IllegalArgumentException("has no function " + name));
    return Linker.nativeLinker().downcallHandle(function, descriptor);
  }
}
