package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.spi.HostBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/// The switch `jacquard.validate`: each task of a run is also computed by the reference, and the
/// two are compared.
public final class Validation {
  /// Allowed difference in f32, relative to the largest magnitude of the result.
  private static final double F32_TOLERANCE = 2e-5;

  private static final double F64_TOLERANCE = 1e-10;

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
    action.run();
    TaskReference.run(task, copies::get, dynamics);
    for (int v : task.writes()) {
      HostBuffer expected = copies.get(v);
      if (expected != null && wanted.test(v)) {
        compare(task, v, expected, memory.apply(v));
      }
    }
  }

  private static void compare(Task task, int value, HostBuffer expected, HostBuffer got) {
    double scale = 0;
    for (int i = 0; i < expected.size(); i++) {
      double x = Math.abs(element(expected, i));
      scale = Double.isFinite(x) ? Math.max(scale, x) : scale;
    }
    double tolerance =
        switch (expected.dtype()) {
          case F32 -> F32_TOLERANCE * scale + 1e-30;
          case F64 -> F64_TOLERANCE * scale + 1e-300;
          case F16 -> F16_TOLERANCE * scale + 0x1p-24;
          case BF16 -> BF16_TOLERANCE * scale + 1e-30;
          case I32, I64, U8, BOOL -> 0;
        };
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
