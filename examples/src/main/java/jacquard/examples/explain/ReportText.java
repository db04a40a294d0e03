package jacquard.examples.explain;

import jacquard.examples.explain.StepReport.Kernel;
import jacquard.examples.explain.StepReport.Operation;
import jacquard.examples.explain.StepReport.Role;
import jacquard.kernels.Explanation;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A report for a terminal.
final class ReportText {
  /// Kernels that are told of: the slowest.
  private static final int MOST_KERNELS = 20;

  private static final int PICTURE_ROWS = 16;
  private static final int PICTURE_COLUMNS = 72;

  private final StepReport report;
  private final StringBuilder text = new StringBuilder();

  private ReportText(StepReport report) {
    this.report = report;
  }

  static String of(StepReport report) {
    ReportText text = new ReportText(report);
    text.head();
    text.passes();
    text.kernels();
    text.memory();
    return text.text.toString();
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void head() {
    List<Operation> all = report.operations();
    line("%s on %s", report.title(), report.device());
    line(
        "graph: %d nodes: %d inputs, %d forward, %d of gradients, %d of updates",
        all.size(),
        count(Role.INPUT),
        count(Role.FORWARD),
        count(Role.GRADIENT),
        count(Role.UPDATE));
    line("layers: %s", layers());
  }

  private long count(Role role) {
    return report.operations().stream().filter(o -> o.role() == role).count();
  }

  private String layers() {
    List<String> names =
        report.operations().stream()
            .map(Operation::layer)
            .filter(l -> !l.isEmpty())
            .distinct()
            .toList();
    return names.size()
        + ": "
        + names.stream().limit(8).collect(Collectors.joining(", "))
        + (names.size() > 8 ? ", ..." : "");
  }

  private void passes() {
    line("");
    line("passes");
    for (Explanation.Stage stage : report.explanation().stages()) {
      line("  %-10s %s -> %s", stage.name(), stage.before(), stage.after());
      stage.notes().forEach(note -> line("             %s", note));
    }
  }

  private void kernels() {
    line("");
    double total = report.totalNanos();
    line(
        "kernels: %d tasks, %s, %.1f MB%s",
        report.tasks().size(),
        operations(report.flops()),
        report.bytes() / 1e6,
        Double.isNaN(total) ? "" : ", %.2f ms".formatted(total / 1e6));
    report.notes().forEach(note -> line("%s", note));
    line("   #       us     %%  GFLOP/s    GB/s  of it         what");
    List<Integer> order =
        IntStream.range(0, report.tasks().size())
            .boxed()
            .sorted(Comparator.comparingDouble(this::weight).reversed())
            .limit(MOST_KERNELS)
            .toList();
    for (int t : order) {
      Kernel kernel = report.tasks().get(t);
      line(
          "%4d %8s %5s %8s %7s  %-12s  %s",
          t,
          number("%.1f", kernel.nanos() / 1e3),
          number("%.1f", 100 * kernel.nanos() / total),
          number("%.1f", kernel.cost().flops() / kernel.nanos()),
          number("%.1f", kernel.cost().bytes() / kernel.nanos()),
          kernel.limit() == null
              ? "-"
              : number("%.0f %%", 100 * kernel.share()) + " " + kernel.limit().name(),
          kernel.text().replaceAll("\\s+", " "));
      if (kernel.isInterim()) {
        line("     not compiled when it was timed");
      }
      if (kernel.isFar()) {
        line("     far from any ceiling");
      }
      line("     %s: %s", kernel.layer().isEmpty() ? "no layer" : kernel.layer(), covered(kernel));
      kernel.ends().stream()
          .map(end ->
              end.reader() < 0
                  ? "v%d is a result".formatted(end.value())
                  : "v%d goes to task %d: %s".formatted(end.value(), end.reader(), end.why()))
          .distinct()
          .limit(3)
          .forEach(end -> line("     ends: %s", end));
    }
    if (report.tasks().size() > order.size()) {
      line("     and %d smaller ones; --html FILE has all", report.tasks().size() - order.size());
    }
  }

  /// `2.0 GFLOP`, `12.3 MFLOP`.
  static String operations(double flops) {
    return flops >= 1e9
        ? number("%.1f", flops / 1e9) + " GFLOP"
        : number("%.1f", flops / 1e6) + " MFLOP";
  }

  private double weight(int task) {
    Kernel kernel = report.tasks().get(task);
    return Double.isNaN(kernel.nanos()) ? kernel.cost().bytes() : kernel.nanos();
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
  }

  /// The operations with the line of each, those that compute before those that only move.
  private String covered(Kernel kernel) {
    List<String> names =
        kernel.operations().stream()
            .map(report.operations()::get)
            .filter(o -> o.role() != Role.INPUT || isConstant(kernel))
            .sorted(Comparator.comparing(Operation::computes).reversed())
            .map(o -> o.name() + (o.line().isEmpty() ? "" : " " + place(o.line())))
            .distinct()
            .toList();
    return names.stream().limit(6).collect(Collectors.joining(", "))
        + (names.size() > 6 ? ", and " + (names.size() - 6) + " more" : "");
  }

  /// Whether a task computes nothing but constants.
  private boolean isConstant(Kernel kernel) {
    return kernel.operations().stream()
        .allMatch(o -> report.operations().get(o).role() == Role.INPUT);
  }

  /// `(Linear.java:51)` of `Linear.forward(Linear.java:51)`.
  private static String place(String line) {
    return line.substring(Math.max(0, line.indexOf('(')));
  }

  /// Offset in the arena upwards, tasks to the right.
  private void memory() {
    long bytes = report.explanation().schedule().arena().bytes();
    line("");
    line(
        "memory: an arena of %.2f MB; # is in use, upwards by offset, to the right by task",
        bytes / 1e6);
    int tasks = Math.max(1, report.tasks().size());
    int columns = Math.min(PICTURE_COLUMNS, tasks);
    char[][] picture = new char[PICTURE_ROWS][columns];
    for (char[] row : picture) {
      Arrays.fill(row, '.');
    }
    for (Explanation.Block block : report.explanation().blocks()) {
      int low = (int) (block.byteOffset() * PICTURE_ROWS / Math.max(1, bytes));
      int high =
          (int) ((block.byteOffset() + block.bytes() - 1) * PICTURE_ROWS / Math.max(1, bytes));
      int from = block.first() * columns / tasks;
      int to = block.last() * columns / tasks;
      for (int row = Math.max(0, low); row <= Math.min(PICTURE_ROWS - 1, high); row++) {
        Arrays.fill(picture[row], from, Math.min(columns - 1, to) + 1, '#');
      }
    }
    for (int row = PICTURE_ROWS - 1; row >= 0; row--) {
      line("  %s", new String(picture[row]));
    }
  }
}
