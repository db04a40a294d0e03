package jacquard.bench.ratio;

import jacquard.bench.figures.Figure;
import jacquard.bench.figures.Figures;
import jacquard.nn.io.FormatException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jacquard bench ratio OURS PEERS...`: a table of times and ratios.
@Command(
    name = "ratio",
    mixinStandardHelpOptions = true,
    description = {
      "Puts the JSON lines of 'bench workloads' beside those of other engines.",
      "A line for each workload and number of threads that both measured, with the fastest of the"
          + " others. Below 1 is faster than that one.",
      ""
    })
public final class RatioCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "OURS", description = "What 'bench workloads' printed.")
  private Path ours;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "PEERS",
      description = "What the peers' programs printed.")
  private List<Path> peers;

  /// Picocli fills in the options.
  public RatioCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<Figure> theirs = new ArrayList<>();
    for (Path peer : peers) {
      theirs.addAll(read(peer));
    }
    List<Ratios.Ratio> ratios = Ratios.of(read(ours), theirs);
    if (ratios.isEmpty()) {
      throw new IllegalArgumentException(
          "ratio: no workload is in " + ours + " and in " + peers + " with the same threads");
    }
    print(ratios, out);
    out.flush();
    return 0;
  }

  /// @throws FormatException if no workload with its threads is in the file
  private List<Figure> read(Path file) throws FormatException {
    List<Figure> timed =
        Figures.read("ratio", file, spec.commandLine().getErr()::println).stream()
            .filter(figure -> figure.threads() > 0 && figure.millis() > 0)
            .toList();
    if (timed.isEmpty()) {
      throw new FormatException(
          "ratio: "
              + file
              + ": holds no timed workload, expected lines of JSON with threads and ms_per_step");
    }
    return timed;
  }

  static void print(List<Ratios.Ratio> ratios, PrintWriter out) {
    int width =
        Math.max(
            "workload".length(),
            ratios.stream().mapToInt(r -> r.workload().length()).max().orElse(0));
    String format = "%-" + width + "s %7s %10s %10s %6s  %s%n";
    out.printf(format, "workload", "threads", "ours ms", "peer ms", "ratio", "peer");
    for (Ratios.Ratio r : ratios) {
      out.printf(
          format,
          r.workload(),
          r.threads(),
          String.format(Locale.ROOT, "%.4f", r.ours()),
          String.format(Locale.ROOT, "%.4f", r.theirs()),
          String.format(Locale.ROOT, "%.2f", r.value()),
          r.peer());
    }
  }
}
