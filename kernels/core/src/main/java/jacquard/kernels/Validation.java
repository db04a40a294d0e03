package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.spi.HostBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The switch `jacquard.validate`: each task of a run is also computed by the reference, and the
/// two are compared.
public final class Validation {
  /// Allowed difference in f32, relative to the largest magnitude of the result.
  private static final double F32_TOLERANCE = 2e-5;

  private static final double F64_TOLERANCE = 1e-10;

  /// Eight roundings of f32.
  private static final double CANCELLED = 0x1p-20;

  /// Two roundings of the last of 11 bits, and of 8.
  private static final double F16_TOLERANCE = 0x1p-10;

  private static final double BF16_TOLERANCE = 0x1p-7;

  private Validation() {}

  /// Runs `task` by `action` and compares what it wrote with the reference.
  ///
  /// @param task what to run and check
  /// @param memory where a value is
  /// @param dynamics scalars by slot, as bits
  /// @param wanted whether a value is to be compared: a product that only its own epilogue reads
  ///   may not be in memory
  /// @param action what to run
  /// @throws IllegalStateException naming the task, the element and both values, if they differ
  public static void check(
      Task task,
      IntFunction<HostBuffer> memory,
      long[] dynamics,
      IntPredicate wanted,
      Runnable action) {
    Map<Integer, HostBuffer> copies = new HashMap<>();
    TreeSet<Integer> touched = new TreeSet<>(task.reads());
    touched.addAll(task.writes());
    for (int v : touched) {
      HostBuffer now = memory.apply(v);
      HostBuffer copy = HostBuffer.allocate(now.dtype(), now.size());
      now.read(0, copy.array(), 0, now.size());
      copies.put(v, copy);
    }
    double cancelled = cancelled(task, copies);
    action.run();
    TaskReference.run(task, copies::get, dynamics);
    if (task instanceof Task.Dot dot) {
      cancelled = Math.max(cancelled, cancelled(dot.epilogue(), dot.c(), copies));
    }
    for (int v : task.writes()) {
      HostBuffer expected = copies.get(v);
      if (expected != null && wanted.test(v)) {
        double relative = tolerance(task, v, copies, expected.dtype());
        compare(task, v, expected, memory.apply(v), relative, cancelled);
      }
    }
  }

  /// What a sum of f32 may be off however small it is, because its terms have cancelled: the last
  /// bits of the largest of them.
  private static double cancelled(Task task, Map<Integer, HostBuffer> memory) {
    double largest = 0;
    for (int v : task.reads()) {
      Task.Loop loop =
          task instanceof Task.Dot dot ? dot.epilogue() : task instanceof Task.Loop l ? l : null;
      largest = Math.max(largest, cancelled(loop, v, memory));
    }
    return largest;
  }

  /// The same for what a loop reads of one value.
  private static double cancelled(
      Task.@Nullable Loop loop, int value, Map<Integer, HostBuffer> memory) {
    HostBuffer operand = memory.get(value);
    boolean sums = loop != null && loop.kernel().reduces() && loop.reads().contains(value);
    return sums && operand != null && operand.dtype() == DType.F32
        ? CANCELLED * largest(operand)
        : 0;
  }

  /// The largest finite magnitude.
  private static double largest(HostBuffer buffer) {
    double largest = 0;
    for (int i = 0; i < buffer.size(); i++) {
      double x = Math.abs(element(buffer, i));
      largest = Double.isFinite(x) ? Math.max(largest, x) : largest;
    }
    return largest;
  }

  /// Allowed difference, relative to the largest magnitude of a value.
  ///
  /// Attention of f16 and bf16 rounds what it multiplies to them; which of its numbers that are,
  /// weights before or after they are divided by their sum for example, is the device's choice. A
  /// gradient goes through several such products.
  private static double tolerance(
      Task task, int value, Map<Integer, HostBuffer> memory, DType dtype) {
    return switch (task) {
      case Task.Attention a when value == a.result() ->
          tolerance(Objects.requireNonNull(memory.get(a.q().value())).dtype());
      case Task.AttentionGradient a -> {
        DType operands = Objects.requireNonNull(memory.get(a.q().value())).dtype();
        yield (operands.isHalf() ? 4 : 1) * tolerance(operands);
      }
      case Task.Attention a -> tolerance(dtype);
      case Task.Loop l -> tolerance(dtype);
      case Task.Dot d -> tolerance(dtype);
      case Task.Conv c -> tolerance(dtype);
      case Task.Gather g -> tolerance(dtype);
      case Task.ScatterAdd s -> tolerance(dtype);
      case Task.Scan s -> tolerance(dtype);
      case Task.Dynamic d -> tolerance(dtype);
    };
  }

  private static double tolerance(DType dtype) {
    return switch (dtype) {
      case F32 -> F32_TOLERANCE;
      case F64 -> F64_TOLERANCE;
      case F16 -> F16_TOLERANCE;
      case BF16 -> BF16_TOLERANCE;
      case I32, I64, U8, BOOL -> 0;
    };
  }

  private static void compare(
      Task task,
      int value,
      HostBuffer expected,
      HostBuffer got,
      double relative,
      double cancelled) {
    double least =
        switch (expected.dtype()) {
          case F32, BF16 -> 1e-30;
          case F64 -> 1e-300;
          case F16 -> 0x1p-24;
          case I32, I64, U8, BOOL -> 0;
        };
    double tolerance = relative * largest(expected) + least;
    if (expected.dtype() == DType.F32) {
      tolerance = Math.max(tolerance, cancelled);
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!same(expected, got, i, tolerance)) {
        throw new IllegalStateException(
            "validate: "
                + ScheduleText.line(task)
                + ": element "
                + i
                + " of v"
                + value
                + " is "
                + text(got, i)
                + ", the reference has "
                + text(expected, i)
                + " (allowed difference "
                + tolerance
                + ")");
      }
    }
  }

  private static boolean same(HostBuffer expected, HostBuffer got, int i, double tolerance) {
    if (expected.array() instanceof long[] wanted && got.array() instanceof long[] found) {
      return wanted[expected.offset() + i] == found[got.offset() + i]; // doubles are too coarse
    }
    double want = element(expected, i);
    double have = element(got, i);
    return want == have
        || (Double.isNaN(want) && Double.isNaN(have))
        || Math.abs(want - have) <= tolerance;
  }

  private static String text(HostBuffer buffer, int i) {
    return buffer.array() instanceof long[] whole
        ? Long.toString(whole[buffer.offset() + i])
        : Double.toString(element(buffer, i));
  }

  private static double element(HostBuffer buffer, int i) {
    DType dtype = buffer.dtype();
    int at = buffer.offset() + i;
    return switch (dtype) {
      case F32, F16, BF16 -> ((float[]) buffer.array())[at];
      case F64 -> ((double[]) buffer.array())[at];
      case I32 -> ((int[]) buffer.array())[at];
      case I64 -> ((long[]) buffer.array())[at];
      case U8, BOOL -> Byte.toUnsignedInt(((byte[]) buffer.array())[at]);
    };
  }
}
