package jacquard.kernels.csource;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import java.util.ArrayList;
import java.util.List;

/// What a device launches to do a task.
public final class Calls {
  /// Items of a group: every device has as many, and a few of its vectors are full.
  static final int GROUP = 64;

  private final Dialect dialect;
  private final Schedule schedule;
  private final Tiles tiles;

  private Calls(Dialect dialect, Schedule schedule, Tiles tiles) {
    this.dialect = dialect;
    this.schedule = schedule;
    this.tiles = tiles;
  }

  /// {@return the launches of a task, in order}
  ///
  /// @param dialect OpenCL C or CUDA C
  /// @param schedule whose values the task names
  /// @param task a task of the schedule
  /// @param tiles of products and attention
  public static List<Call> of(Dialect dialect, Schedule schedule, Task task, Tiles tiles) {
    return new Calls(dialect, schedule, tiles).calls(task);
  }

  private CallBuilder builder() {
    return new CallBuilder(schedule);
  }

  /// {@return the launches of a task with the usual tiles}
  ///
  /// @param dialect OpenCL C or CUDA C
  /// @param schedule whose values the task names
  /// @param task a task of the schedule
  public static List<Call> of(Dialect dialect, Schedule schedule, Task task) {
    return of(dialect, schedule, task, Tiles.USUAL);
  }

  private List<Call> calls(Task task) {
    return switch (task) {
      case Task.Loop l -> Loops.of(dialect, schedule, l);
      case Task.Dot d -> {
        List<Call> calls = new ArrayList<>(Products.dot(dialect, schedule, d, tiles));
        if (d.epilogue() != null && Epilogue.of(schedule, d) == null) {
          calls.addAll(Loops.of(dialect, schedule, d.epilogue()));
        }
        yield calls;
      }
      case Task.Conv c -> Convolutions.of(dialect, schedule, c, tiles);
      case Task.Attention a ->
          List.of(
              dialect.tensorCores() && TensorAttentions.fits(builder(), a)
                  ? TensorAttentions.forward(dialect, builder(), a, tiles)
                  : Attentions.forward(dialect, builder(), a, tiles));
      case Task.AttentionGradient a -> {
        CallBuilder[] both = {builder(), builder()};
        yield dialect.tensorCores() && TensorAttentions.fits(builder(), a)
            ? TensorAttentions.gradient(dialect, both, a, tiles)
            : Attentions.gradient(dialect, both, a, tiles);
      }
      case Task.Gather g -> List.of(Rows.gather(dialect, builder(), g));
      case Task.ScatterAdd s -> Rows.scatterAdd(dialect, schedule, s);
      case Task.Scan s -> List.of(Scans.call(dialect, builder(), s));
      case Task.Dynamic d -> Parts.calls(dialect, schedule, d);
    };
  }

  /// {@return whether there is a kernel for a fused node}
  ///
  /// @param fused node of a fused operation
  /// @param localBytes memory that a group shares, at most
  public static boolean has(Node fused, int localBytes) {
    return fused.op() instanceof Op.Fused op
        && switch (op) {
          case Op.Attention a -> Attentions.fits(fused, localBytes);
          case Op.AttentionLogSum a -> Attentions.fits(fused, localBytes);
          case Op.AttentionGradient a -> Attentions.fits(fused, localBytes);
        };
  }

  /// {@return whether there are kernels for a task, which another device may have made of a graph}
  ///
  /// @param task a task of a schedule
  /// @param localBytes memory that a group shares, at most
  public static boolean has(Task task, int localBytes) {
    return switch (task) {
      case Task.Attention a -> Attentions.fits(a.dtype(), a.q().view().shape().dim(3), localBytes);
      case Task.AttentionGradient a ->
          Attentions.fits(a.dtype(), a.q().view().shape().dim(3), localBytes);
      case Task.Loop l -> true;
      case Task.Dot d -> true;
      case Task.Conv c -> true;
      case Task.Gather g -> true;
      case Task.ScatterAdd s -> true;
      case Task.Scan s -> true;
      case Task.Dynamic d -> true;
    };
  }
}
