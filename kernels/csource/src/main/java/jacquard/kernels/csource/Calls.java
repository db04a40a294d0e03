package jacquard.kernels.csource;

import jacquard.kernels.Kernel;
import jacquard.kernels.Launch;
import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.tensor.DType;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import java.util.ArrayList;
import java.util.List;

/// What a device launches to do a task.
public final class Calls {
  /// Items of a group: every device has as many, and a few of its vectors are full.
  static final int GROUP = 64;

  /// Reduced indices from which a group shares them.
  private static final int LONG = 64;

  /// Kept indices from which there is enough to do for items that each reduce alone.
  private static final int MANY = 1 << 14;

  /// Indices from which an item of a map has several: there are still enough items then.
  private static final int LARGE = 1 << 20;

  /// So that an index that is too large by several steps is still an i32.
  private static final int LARGEST = 1 << 30;

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
  /// @param tiles of products
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
      case Task.Loop l -> List.of(loop(l));
      case Task.Dot d -> {
        List<Call> calls = new ArrayList<>(Products.dot(dialect, schedule, d, tiles));
        if (d.epilogue() != null && Epilogue.of(schedule, d) == null) {
          calls.add(loop(d.epilogue()));
        }
        yield calls;
      }
      case Task.Conv c -> Convolutions.of(dialect, schedule, c, tiles);
      case Task.Attention a ->
          List.of(
              dialect.tensorCores() && TensorAttentions.fits(builder(), a)
                  ? TensorAttentions.forward(dialect, builder(), a)
                  : Attentions.forward(dialect, builder(), a));
      case Task.AttentionGradient a -> {
        CallBuilder[] both = {builder(), builder()};
        yield dialect.tensorCores() && TensorAttentions.fits(builder(), a)
            ? TensorAttentions.gradient(dialect, both, a)
            : Attentions.gradient(dialect, both, a);
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

  private Call loop(Task.Loop task) {
    Kernel kernel = task.kernel();
    CallBuilder call = builder();
    for (int a = 0; a < kernel.accesses().size(); a++) {
      if (kernel.accesses().get(a).memory()) {
        call.buffer(task.values().get(a));
      }
    }
    numbers(call, task);
    long reduced = reduced(task);
    long kept = kept(task);
    boolean group = reduced >= LONG && (kernel.innerReduced() || kept < MANY) && kernel.reduces();
    boolean map = reduced == 1 && !kernel.reduces() && !kernel.innerReduced();
    boolean unrolled = map && kernel.reducedAxes() == 0 && kept >= LARGE && kept <= LARGEST;
    LoopText.Sharing sharing =
        group
            ? LoopText.Sharing.GROUP
            : unrolled ? LoopText.Sharing.UNROLLED : LoopText.Sharing.ITEM;
    String source = LoopText.of(dialect, kernel, sharing, GROUP);
    return group
        ? call.groups(source, "loop", kept, GROUP, sharedBytes(kernel))
        : call.items(source, "loop", unrolled ? kept / LoopText.UNROLLED : kept, GROUP);
  }

  private static long reduced(Task.Loop task) {
    long reduced = task.kernel().innerReduced() ? task.launch().inner() : 1;
    for (int i = 0; i < task.kernel().reducedAxes(); i++) {
      reduced *= task.launch().reduced().get(i);
    }
    return reduced;
  }

  private static long kept(Task.Loop task) {
    return (long) task.launch().outerSize()
        * (task.kernel().innerReduced() ? 1 : task.launch().inner());
  }

  /// Hands the numbers of a loop to a call: sizes, then walks.
  static void numbers(CallBuilder call, Task.Loop task) {
    Launch launch = task.launch();
    call.numbers(launch.outer())
        .numbers(launch.reduced())
        .number(launch.inner(), Math.toIntExact(kept(task)), Math.toIntExact(reduced(task)));
    for (Launch.Walk walk : launch.walks()) {
      call.number(walk.offset()).numbers(walk.outer()).numbers(walk.reduced()).number(walk.inner());
    }
  }

  private static int sharedBytes(Kernel kernel) {
    return (int)
            kernel.instructions().stream()
                .filter(i -> i instanceof Kernel.Instr.Reduce)
                .map(Kernel.Instr::dtype)
                .distinct()
                .count()
        * GROUP
        * DType.F64.bytes();
  }
}
