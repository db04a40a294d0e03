package jacquard.kernels;

import jacquard.tensor.Shape;
import jacquard.tensor.graph.Window;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/// What a task has to do, whatever device does it.
///
/// @param flops arithmetic operations; an `exp` counts as one, a multiply-add as two
/// @param bytes read and written if every element that is touched moves once; a product of which
///   only its own epilogue reads the rows is not written
public record Cost(double flops, double bytes) {
  private static final Cost NONE = new Cost(0, 0);

  private Cost plus(Cost other) {
    return new Cost(flops + other.flops, bytes + other.bytes);
  }

  /// What one task has to do.
  ///
  /// @param schedule whose values the task names
  /// @param task of `schedule`
  /// @return operations and bytes
  public static Cost of(Schedule schedule, Task task) {
    return switch (task) {
      case Task.Loop l -> loop(schedule, l, -1);
      case Task.Dot d -> {
        double rows =
            Arrays.stream(d.batch().toArray()).mapToDouble(n -> n).reduce(d.m(), (a, b) -> a * b);
        Task.Loop after = d.epilogue();
        Cost product =
            new Cost(
                2 * rows * d.n() * d.k(),
                bytes(schedule, d.a(), touched(d.aView()))
                    + bytes(schedule, d.b(), touched(d.bView()))
                    + (after == null || schedule.isKept(d.c()) ? bytes(schedule, d.c()) : 0));
        // rows of the product are in the cache when the epilogue reads them
        yield after == null ? product : product.plus(loop(schedule, after, d.c()));
      }
      case Task.Conv c -> new Cost(flops(c.window()), all(schedule, c));
      case Task.Attention a -> new Cost(4 * pairs(a.q(), a.k(), a.causal()), all(schedule, a));
      case Task.AttentionGradient a ->
          new Cost(10 * pairs(a.q(), a.k(), a.causal()), all(schedule, a));
      case Task.Gather g -> {
        double moved = 2.0 * g.count() * g.rowSize() * g.dtype().bytes();
        yield new Cost(0, moved + (double) g.count() * g.indexType().bytes());
      }
      case Task.ScatterAdd s -> new Cost((double) s.count() * s.rowSize(), all(schedule, s));
      case Task.Scan s -> new Cost((double) s.before() * s.n() * s.after(), all(schedule, s));
      case Task.Dynamic d -> {
        double part = 2.0 * d.partShape().size() * d.dtype().bytes();
        double whole = d.into() ? 2.0 * d.whole().size() * d.dtype().bytes() : 0;
        yield new Cost(0, part + whole);
      }
    };
  }

  private static double flops(Window window) {
    // all three do the products of the forward one
    Shape image = window.image();
    Shape filter = window.filter();
    double perPlace = 2.0 * filter.size();
    Shape result = window.result();
    return perPlace * image.dim(0) * result.dim(-1) * result.dim(-2);
  }

  /// Multiply-adds of one product of queries and keys.
  private static double pairs(Task.Operand q, Task.Operand k, boolean causal) {
    Shape queries = q.view().shape();
    double all = (double) queries.size() * k.view().shape().dim(1);
    return causal ? all / 2 : all;
  }

  private static Cost loop(Schedule schedule, Task.Loop task, int cached) {
    Launch launch = task.launch();
    Kernel kernel = task.kernel();
    double full = launch.size();
    double reduced = kernel.innerReduced() ? launch.inner() : 1;
    for (int i = 0; i < launch.reduced().length(); i++) {
      reduced *= launch.reduced().get(i);
    }
    double kept = full / Math.max(1, reduced);
    double flops = 0;
    for (Kernel.Instr instr : kernel.instructions()) {
      flops +=
          switch (instr) {
            case Kernel.Instr.Unary u -> times(u.level(), full, kept);
            case Kernel.Instr.Binary b -> times(b.level(), full, kept);
            case Kernel.Instr.Where w -> times(w.level(), full, kept);
            case Kernel.Instr.Random r -> 100 * times(r.level(), full, kept);
            case Kernel.Instr.Reduce r -> full;
            case Kernel.Instr.Cast c -> 0;
            case Kernel.Instr.Constant c -> 0;
            case Kernel.Instr.Dynamic d -> 0;
            case Kernel.Instr.DynamicWord d -> 0;
            case Kernel.Instr.Load l -> 0;
            case Kernel.Instr.LoadWord l -> 0;
            case Kernel.Instr.Index i -> 0;
            case Kernel.Instr.Store s -> 0;
          };
    }
    double bytes = 0;
    Set<Integer> seen = new HashSet<>();
    Set<Integer> written = new HashSet<>(task.writes());
    for (int i = 0; i < task.values().length(); i++) {
      int value = task.values().get(i);
      if (value >= 0 && value != cached && (seen.add(value) || written.contains(value))) {
        bytes += bytes(schedule, value, touched(launch, launch.walks().get(i)));
      }
    }
    return new Cost(flops, bytes);
  }

  private static double times(Kernel.Level level, double full, double kept) {
    return switch (level) {
      case UNIFORM -> 0;
      case KEPT -> kept;
      case FULL -> full;
    };
  }

  /// Elements that a walk meets, each counted once.
  private static double touched(Launch launch, Launch.Walk walk) {
    double n = walk.inner() == 0 ? 1 : launch.inner();
    for (int i = 0; i < launch.outer().length(); i++) {
      n *= walk.outer().get(i) == 0 ? 1 : launch.outer().get(i);
    }
    for (int i = 0; i < launch.reduced().length(); i++) {
      n *= walk.reduced().get(i) == 0 ? 1 : launch.reduced().get(i);
    }
    return n;
  }

  private static double touched(View view) {
    double n = 1;
    for (int axis = 0; axis < view.shape().rank(); axis++) {
      n *= view.strides().get(axis) == 0 ? 1 : view.shape().dim(axis);
    }
    return n;
  }

  private static double all(Schedule schedule, Task task) {
    Set<Integer> values = new HashSet<>(task.reads());
    double bytes = 0;
    for (int value : task.writes()) {
      bytes += bytes(schedule, value);
    }
    for (int value : values) {
      bytes += bytes(schedule, value);
    }
    return bytes;
  }

  private static double bytes(Schedule schedule, int value) {
    Schedule.Value place = schedule.values().get(value);
    return (double) place.size() * place.dtype().bytes();
  }

  private static double bytes(Schedule schedule, int value, double touched) {
    Schedule.Value place = schedule.values().get(value);
    return Math.min(touched, place.size()) * place.dtype().bytes();
  }

  /// {@return the sum of all tasks}
  ///
  /// @param schedule whose values the task names
  public static Cost of(Schedule schedule) {
    return schedule.tasks().stream().map(task -> of(schedule, task)).reduce(NONE, Cost::plus);
  }
}
