package jacquard.kernels;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// A schedule as text: one line a task, then the arena.
public final class ScheduleText {
  private ScheduleText() {}

  /// {@return the tasks, a line each or two, then the arena}
  ///
  /// @param schedule whose values the task names
  public static String of(Schedule schedule) {
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (Task task : schedule.tasks()) {
      text.append(String.format("%3d %s%n", number++, line(task)));
    }
    text.append(
        String.format(
            "%d tasks, %d values, arena %d bytes",
            schedule.size(), schedule.values().size(), schedule.arena().bytes()));
    return text.toString();
  }

  /// `dot 12x64x64x32 -> v7, then loop ...`.
  ///
  /// @param task a task
  /// @return the line, or two with an epilogue
  public static String line(Task task) {
    return switch (task) {
      case Task.Loop l ->
          "loop " + l.describes() + " " + space(l.launch(), l.kernel()) + " " + io(l);
      case Task.Dot d ->
          "dot "
              + sizes(d.batch(), d.m(), d.n(), d.k())
              + " v"
              + d.a()
              + " v"
              + d.b()
              + " -> v"
              + d.c()
              + (d.epilogue() == null ? "" : "\n      then " + line(d.epilogue()));
      case Task.Conv c ->
          "conv "
              + c.kind()
              + " "
              + c.window().image()
              + " "
              + c.window().filter()
              + " stride "
              + c.window().strideH()
              + ","
              + c.window().strideW()
              + " "
              + io(c);
      case Task.Gather g ->
          "gather " + g.count() + " of " + g.rows() + " rows of " + g.rowSize() + " " + io(g);
      case Task.ScatterAdd s ->
          "scatterAdd " + s.count() + " to " + s.rows() + " rows of " + s.rowSize() + " " + io(s);
      case Task.Scan s ->
          s.label() + " " + s.before() + "x" + s.n() + "x" + s.after() + " " + io(s);
      case Task.Attention a -> attention(a, a.q().view().shape(), a.k().view().shape(), a.causal());
      case Task.AttentionGradient a ->
          attention(a, a.q().view().shape(), a.k().view().shape(), a.causal());
      case Task.Dynamic d -> d.label() + " " + d.partShape() + " of " + d.whole() + " " + io(d);
    };
  }

  private static String attention(Task task, Shape q, Shape k, boolean causal) {
    return task.label() + (causal ? " causal " : " ") + q + " to " + k.dim(1) + " " + io(task);
  }

  private static String sizes(Ints batch, int m, int n, int k) {
    return (batch.length() == 0 ? "" : batch + " x ") + m + "x" + n + "x" + k;
  }

  private static String space(Launch launch, Kernel kernel) {
    return "("
        + launch.outer()
        + (kernel.reducedAxes() > 0 ? " reduce " + launch.reduced() : "")
        + (kernel.innerReduced() ? " row " : " by ")
        + launch.inner()
        + ")";
  }

  private static String io(Task task) {
    return names(task.reads()) + " -> " + names(task.writes());
  }

  private static String names(List<Integer> values) {
    List<String> names = new ArrayList<>();
    for (int v : values.stream().distinct().toList()) {
      names.add("v" + v);
    }
    return String.join(" ", names);
  }
}
