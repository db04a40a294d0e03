package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import java.util.List;
import java.util.SplittableRandom;

/// How one argument of an operation is drawn.
public sealed interface Operand {

  /// Numbers of the dtype under test, from `lo` to `hi`; for integer dtypes ten times that, in
  /// whole numbers, u8 from 0.
  ///
  /// The numbers of one draw lie on a shuffled lattice, so that no two are close to each other and
  /// maxima have no ties.
  ///
  /// @param step floats are rounded to a multiple of this plus `offset`; 0 for none, and then they
  ///   keep a distance of 0.03 from `kinks`
  /// @param kinks where the function has no derivative
  record Real(double lo, double hi, double step, double offset, List<Double> kinks)
      implements Operand {
    public static Real of(double lo, double hi) {
      return new Real(lo, hi, 0, 0, List.of());
    }

    /// Multiples of `step` plus `offset`.
    public static Real stepped(double lo, double hi, double step, double offset) {
      return new Real(lo, hi, step, offset, List.of());
    }

    public Real withKinks(Double... at) {
      return new Real(lo, hi, step, offset, List.of(at));
    }
  }

  /// Whole numbers `lo .. hi - 1` of a fixed dtype.
  record Whole(DType dtype, long lo, long hi) implements Operand {}

  /// Whole numbers that are indices of `axis` of another operand.
  record Index(DType dtype, int operand, int axis) implements Operand {}

  /// False or true.
  record Truth() implements Operand {}

  /// The dtype of this operand when the row is run with `dtype`.
  default DType dtype(DType dtype) {
    return switch (this) {
      case Real r -> dtype;
      case Whole w -> w.dtype;
      case Index i -> i.dtype;
      case Truth t -> DType.BOOL;
    };
  }

  /// Draws `size` values.
  ///
  /// @param position of this operand; the lattices of two operands lie between each other's points,
  ///   so that they have no ties either
  /// @param shapes shapes of all operands, for an index
  default double[] draw(
      DType dtype, int size, int position, List<Shape> shapes, SplittableRandom random) {
    double[] x = new double[size];
    switch (this) {
      case Real r -> {
        double jitter = (0.1 + 0.37 * position + 0.15 * random.nextDouble()) % 1;
        for (int i = 0; i < size; i++) {
          double at = r.lo + (r.hi - r.lo) * (i + jitter) / size;
          x[i] = dtype.isFloat() ? settled(r, at) : whole(dtype, at);
        }
        shuffle(x, random);
      }
      case Whole w -> {
        for (int i = 0; i < size; i++) {
          x[i] = random.nextLong(w.lo, w.hi);
        }
      }
      case Index n -> {
        int dim = shapes.get(n.operand).dim(n.axis);
        for (int i = 0; i < size; i++) {
          x[i] = random.nextInt(dim);
        }
      }
      case Truth t -> {
        for (int i = 0; i < size; i++) {
          x[i] = random.nextInt(2);
        }
      }
    }
    return x;
  }

  private static double settled(Real r, double x) {
    if (r.step > 0) {
      return Math.floor(x / r.step) * r.step + r.offset;
    }
    for (double kink : r.kinks) {
      if (Math.abs(x - kink) < 0.03) {
        return x < kink ? kink - 0.03 - (kink - x) : kink + 0.03 + (x - kink);
      }
    }
    return x;
  }

  private static double whole(DType dtype, double x) {
    double n = Math.rint(x * 10);
    return dtype == DType.U8 ? Math.abs(n) : dtype == DType.BOOL ? Math.abs(n) % 2 : n;
  }

  private static void shuffle(double[] x, SplittableRandom random) {
    for (int i = x.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      double swapped = x[i];
      x[i] = x[j];
      x[j] = swapped;
    }
  }
}
