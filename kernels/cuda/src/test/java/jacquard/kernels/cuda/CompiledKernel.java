package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.csource.Calls;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.Listing;
import jacquard.kernels.csource.Tiles;
import jacquard.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `ptxas -v` says of a kernel that was compiled for a device that needn't be there.
///
/// @param text of the kernel
/// @param registers of an item
/// @param stackBytes of memory that an item has for itself
/// @param spilledBytes written to and read from memory because there were too few registers
public record CompiledKernel(
    String name, String text, int registers, int stackBytes, int spilledBytes) {
  /// The most kernels of a file: starting nvcc takes about as long as compiling a few.
  private static final int FILE = 64;

  /// What a compiler is told where only its refusal counts: a third of the time.
  private static final List<String> QUICKLY = List.of("-Xcicc", "-O0", "-Xptxas", "-O0");

  private static final Pattern FUNCTION =
      Pattern.compile(
          "Compiling entry function '(\\w+)'.*?(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads.*?Used (\\d+) registers",
          Pattern.DOTALL);

  /// What a CUDA device would do for a graph.
  public static Schedule schedule(List<Backend.Root> roots) {
    return PlannedBackend.schedule(roots, fused -> Calls.has(fused, CudaTarget.SHARED_BYTES));
  }

  /// All kernels of these schedules in CUDA C, by name.
  public static Map<String, String> textsOf(List<Schedule> schedules) {
    return textsOf(Dialect.CUDA, schedules, Tiles.USUAL);
  }

  /// All kernels of these schedules, by name.
  public static Map<String, String> textsOf(
      Dialect dialect, List<Schedule> schedules, Tiles tiles) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Schedule schedule : schedules) {
      texts.putAll(Listing.of(dialect, schedule, tiles).kernels());
    }
    texts.forEach(CompiledKernel::checkGroups);
    return texts;
  }

  /// Compiles all kernels of these schedules, as a device would ask for them.
  ///
  /// @param architecture `80`, `90`, or `90a` for compute capability 9.0 alone
  public static List<CompiledKernel> of(List<Schedule> schedules, String architecture) {
    Architecture to = architecture(architecture);
    return of(textsOf(to.dialect(), schedules, Tiles.USUAL), to, List.of());
  }

  private static Architecture architecture(String name) {
    return new Architecture(Integer.parseInt(name.replace("a", "")), name.endsWith("a"));
  }

  /// Whether its text was written by hand, and must leave it enough registers.
  boolean isTemplate() {
    return isTemplate(name);
  }

  private static boolean isTemplate(String name) {
    return name.matches("(product|attention).*");
  }

  /// Compiles all kernels of these schedules, products and attention as a device would ask for
  /// them; loops are not optimised, so that only a refusal tells anything of them.
  ///
  /// @param architecture as for [#of(List, String)]
  static List<CompiledKernel> quickly(List<Schedule> schedules, String architecture) {
    Architecture to = architecture(architecture);
    Map<String, String> optimised = textsOf(to.dialect(), schedules, Tiles.USUAL);
    Map<String, String> others = new LinkedHashMap<>(optimised);
    others.keySet().removeIf(CompiledKernel::isTemplate);
    optimised.keySet().removeAll(others.keySet());
    List<CompiledKernel> all = new ArrayList<>(of(optimised, to, List.of()));
    all.addAll(of(others, to, QUICKLY));
    return all;
  }

  /// A launch may be of several calls: but for the beginning of a kernel, `group` and `groups` are
  /// those of its own.
  private static void checkGroups(String name, String text) {
    for (String launch : List.of("blockIdx", "gridDim")) {
      if (text.indexOf(launch) != text.lastIndexOf(launch)) {
        throw new AssertionError(name + " looks at " + launch + ":\n" + text);
      }
    }
  }

  /// Compiles texts with `nvcc`; skips the test, and says so, where there is none.
  ///
  /// @param texts by name
  /// @param architecture 80 for sm_80
  /// @throws AssertionError with the compiler's words
  public static List<CompiledKernel> of(Map<String, String> texts, int architecture) {
    return of(texts, Architecture.since(architecture), List.of());
  }

  /// Compiles texts for compute capability 9.0 alone; skips the test where there is no `nvcc`.
  ///
  /// @param texts in [Dialect#CUDA_90A], by name
  /// @throws AssertionError with the compiler's words, also if `wgmma` waits where its text doesn't
  public static List<CompiledKernel> for90Alone(Map<String, String> texts) {
    return of(texts, new Architecture(90, true), List.of());
  }

  private static List<CompiledKernel> of(
      Map<String, String> texts, Architecture architecture, List<String> options) {
    Nvcc nvcc = Nvcc.find();
    if (nvcc == null) {
      System.err.println("SKIPPED: no nvcc on the PATH: CUDA text is not compiled");
    }
    assumeTrue(nvcc != null, "no nvcc on the PATH");
    List<String> names = List.copyOf(texts.keySet());
    List<List<String>> files = new ArrayList<>();
    int processors = Runtime.getRuntime().availableProcessors();
    int most = Math.clamp(Math.ceilDiv(names.size(), processors), 1, FILE);
    for (int i = 0; i < names.size(); i += most) {
      files.add(names.subList(i, Math.min(names.size(), i + most)));
    }
    return files.parallelStream()
        .flatMap(file -> compile(nvcc, texts, file, architecture, options).stream())
        .toList();
  }

  private static List<CompiledKernel> compile(
      Nvcc nvcc,
      Map<String, String> texts,
      List<String> names,
      Architecture architecture,
      List<String> options) {
    List<String> verbose = new ArrayList<>(List.of("-Xptxas", "-v"));
    verbose.addAll(options);
    String program =
        architecture.dialect().program(names.stream().map(n -> texts.getOrDefault(n, "")).toList());
    String log;
    try {
      log = nvcc.compile(program, architecture, verbose).log;
    } catch (CudaCompiler.Refused e) {
      throw new AssertionError(architecture + ": " + e.log() + "\n" + program, e);
    }
    if (log.contains("(C75")) {
      throw new AssertionError(log);
    }
    List<CompiledKernel> compiled = new ArrayList<>();
    Matcher m = FUNCTION.matcher(log);
    while (m.find()) {
      int spilled = Integer.parseInt(m.group(3)) + Integer.parseInt(m.group(4));
      String name = m.group(1);
      compiled.add(
          new CompiledKernel(
              name,
              texts.getOrDefault(name, ""),
              Integer.parseInt(m.group(5)),
              Integer.parseInt(m.group(2)),
              spilled));
    }
    if (compiled.size() != names.size()) {
      throw new AssertionError(compiled.size() + " of " + names.size() + " kernels in:\n" + log);
    }
    return compiled;
  }
}
