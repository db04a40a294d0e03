package jacquard.bench.device;

import jacquard.bench.figures.Figure;
import jacquard.bench.figures.Figures;
import jacquard.nn.io.FormatException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jacquard bench targets`: a GPU's figures beside PyTorch's of the same run, and what we want.
@Command(
    name = "targets",
    mixinStandardHelpOptions = true,
    description = {
      "Puts what 'bench device --json' and 'bench workloads' measured on a GPU beside the lines of",
      "PyTorch from the same run, and says which targets are met: of times at most so many of",
      "PyTorch's, of products at least so much of cuBLAS's rate, of element-wise and row kernels",
      "at least so much of a copy's."
    })
public final class TargetsCommand implements Callable<Integer> {
  private static final String PYTORCH = "pytorch-2.11";
  private static final String COPY = "copy";
  private static final double LEAST_OF_COPY = 0.85;

  @Option(
      names = "--peer",
      paramLabel = "FILE",
      description = "What PyTorch's program printed on the same device.")
  private @Nullable Path peer;

  @Parameters(arity = "1..*", paramLabel = "OURS", description = "Our lines of JSON.")
  private List<Path> ours;

  @Spec private CommandSpec spec;

  /// Picocli fills in the options.
  public TargetsCommand() {}

  /// What we want of a workload or product.
  ///
  /// @param peerEnd how the peer's name ends
  /// @param limit times: the most, of the peer's; rates: the least
  private record Target(String what, String peerEnd, double limit) {}

  private static final List<Target> STEPS =
      List.of(
          new Target("W1-gpt-small", "-eager", 0.6),
          new Target("W1-gpt-small", "-compiled", 1.0),
          new Target("W2-gpt-medium", "-eager", 0.8),
          new Target("W2-gpt-medium", "-compiled", 1.1));

  private static final List<Target> PRODUCTS =
      List.of(
          new Target("f32 product 4096", "", 0.8),
          new Target("bf16 product 4096", "", 0.7),
          new Target("bf16 product 8192", "", 0.7));

  @Override
  public Integer call() throws FormatException {
    PrintWriter out = spec.commandLine().getOut();
    List<Figure> own = read(ours);
    if (own.isEmpty()) {
      throw new FormatException("targets: " + ours + ": no measured workload or kernel");
    }
    List<Figure> theirs = read(peer == null ? List.of() : List.of(peer));
    String name = theirs.isEmpty() ? "no peer" : theirs.getFirst().peer();
    if (!name.startsWith(PYTORCH)) {
      out.printf("beside %s; the targets are those beside %s%n", name, PYTORCH);
    }
    row(out, "what", "ours", "peer's", "ratio", "wanted", "");
    for (String suffix : List.of("", "-bf16")) {
      for (Target t : STEPS) {
        double mine = find(own, t.what + suffix, "").map(Figure::millis).orElse(Double.NaN);
        double other =
            find(theirs, t.what, t.peerEnd + suffix).map(Figure::millis).orElse(Double.NaN);
        row(out, t.what + suffix + " : " + t.peerEnd.substring(1), mine, other, "ms", t.limit);
      }
    }
    for (Target t : PRODUCTS) {
      double mine = find(own, t.what, "").map(Figure::gflops).orElse(Double.NaN);
      double other = find(theirs, t.what, t.peerEnd).map(Figure::gflops).orElse(Double.NaN);
      row(out, t.what, mine, other, "GFLOP/s", -t.limit);
    }
    double copy =
        Stream.of(find(theirs, COPY, ""), find(own, COPY, ""))
            .flatMap(f -> f.stream())
            .mapToDouble(Figure::gigabytes)
            .max()
            .orElse(Double.NaN);
    own.stream()
        .filter(f -> f.gigabytes() > 0 && !f.workload().equals(COPY))
        .forEach(f -> row(out, f.workload(), f.gigabytes(), copy, "GB/s", -LEAST_OF_COPY));
    return 0;
  }

  private List<Figure> read(List<Path> files) throws FormatException {
    List<Figure> all = new ArrayList<>();
    for (Path file : files) {
      all.addAll(Figures.read("targets", file, spec.commandLine().getErr()::println));
    }
    return all;
  }

  /// The last one of this name, by a peer whose name ends so.
  private static Optional<Figure> find(List<Figure> figures, String what, String peerEnd) {
    return figures.stream()
        .filter(f -> f.workload().equals(what) && f.peer().endsWith(peerEnd))
        .reduce((_, last) -> last);
  }

  /// @param limit the most, or, negative, the least
  private static void row(
      PrintWriter out, String what, double mine, double other, String unit, double limit) {
    double ratio = mine / other;
    boolean met = limit > 0 ? ratio <= limit : ratio >= -limit;
    row(
        out,
        what,
        Double.isNaN(mine) ? "-" : number(mine) + " " + unit,
        Double.isNaN(other) ? "-" : number(other) + " " + unit,
        Double.isNaN(ratio) ? "-" : String.format(Locale.ROOT, "%.2f", ratio),
        String.format(Locale.ROOT, limit > 0 ? "<= %.2f" : ">= %.2f", Math.abs(limit)),
        Double.isNaN(ratio) ? "not measured" : met ? "met" : "MISSED");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.3f" : "%.1f", value);
  }

  private static void row(PrintWriter out, String... cells) {
    String line = String.format("%-30s %18s %18s %6s %8s  %s", (Object[]) cells);
    out.println(line.stripTrailing());
  }
}
