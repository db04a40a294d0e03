package jacquard.kernels.csource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Compiled kernels of a device by name, each compiled once.
///
/// What a plan lacks is compiled in few programs, and these in parallel: a compiler takes far
/// longer to begin (headers, a library of functions) than for one more kernel. PoCL needs 0.4 s for
/// a program of 1 kernel, and 1.9 s for one of 48.
///
/// @param <P> a compiled program; it must stay valid as long as it is reachable
public final class KernelCache<P> {
  /// Kernels kept; the least recently used goes first.
  private static final int MOST_KERNELS = 4096;

  /// Compiles the text of a program; called from several threads.
  ///
  /// @param <P> how the device names a program
  public interface Compiler<P> {
    /// {@return the program, ready to be run}
    ///
    /// @param text of the program
    P compile(String text);
  }

  private final Dialect dialect;
  private final int programSize;
  private final Compiler<P> compiler;
  private final Map<String, P> programs =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, P> eldest) {
          return size() > MOST_KERNELS;
        }
      };

  /// A cache without programs yet.
  ///
  /// @param dialect OpenCL C or CUDA C
  /// @param programSize most kernels of a program
  /// @param compiler makes programs of texts
  public KernelCache(Dialect dialect, int programSize, Compiler<P> compiler) {
    this.dialect = dialect;
    this.programSize = programSize;
    this.compiler = compiler;
  }

  /// {@return the program of each kernel}
  ///
  /// @param kernels texts by name, as [Listing#kernels] gives them
  public Map<String, P> programs(Map<String, String> kernels) {
    List<String> missing = kernels.keySet().stream().filter(k -> !programs.containsKey(k)).toList();
    List<List<String>> parts = new ArrayList<>();
    for (int i = 0; i < missing.size(); i += programSize) {
      parts.add(missing.subList(i, Math.min(missing.size(), i + programSize)));
    }
    List<P> compiled = parts.parallelStream().map(part -> compile(kernels, part)).toList();
    Map<String, P> found = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      for (String name : parts.get(i)) {
        found.put(name, compiled.get(i));
        programs.put(name, compiled.get(i));
      }
    }
    for (String name : kernels.keySet()) {
      P known = programs.get(name);
      if (known != null) {
        found.putIfAbsent(name, known);
      }
    }
    return found;
  }

  private P compile(Map<String, String> kernels, List<String> names) {
    return compiler.compile(
        dialect.program(names.stream().map(n -> kernels.getOrDefault(n, "")).toList()));
  }
}
