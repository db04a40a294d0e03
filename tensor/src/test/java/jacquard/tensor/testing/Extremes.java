package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.reference.FloatArithmetic;
import java.util.ArrayList;
import java.util.List;

/// For which extreme arguments the result of an operation is specified.
@FunctionalInterface
public interface Extremes {
  Extremes NONE = (dtype, x) -> false;
  Extremes ALL = (dtype, x) -> true;

  boolean specified(DType dtype, double[] x);

  /// Signed zeros, infinities, NaN, denormal, smallest normal and largest numbers, and some
  /// ordinary ones that are far out.
  static double[] of(DType dtype) {
    return switch (dtype) {
      case F32 -> floats(Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE);
      case F64 -> floats(Double.MIN_VALUE, Double.MIN_NORMAL, Double.MAX_VALUE);
      case F16 -> rounded(dtype, floats(0x1p-24, 0x1p-14, 65504));
      case BF16 -> rounded(dtype, floats(0x1p-133, 0x1p-126, 0x1.fep127));
      case I32 -> integers(Integer.MIN_VALUE, Integer.MAX_VALUE);
      case I64 -> integers(Long.MIN_VALUE, Long.MAX_VALUE);
      case U8 -> new double[] {0, 1, 2, 7, 127, 128, 255};
      case BOOL -> new double[] {0, 1};
    };
  }

  private static double[] rounded(DType dtype, double[] values) {
    return java.util.Arrays.stream(values).map(x -> FloatArithmetic.round(dtype, x)).toArray();
  }

  private static double[] floats(double denormal, double normal, double most) {
    return new double[] {
      0,
      -0.0,
      1,
      -1,
      0.5,
      2,
      3,
      -3,
      1e-10f,
      -1e-4f,
      100,
      -100,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NaN,
      denormal,
      -denormal,
      normal,
      most,
      -most
    };
  }

  private static double[] integers(double least, double most) {
    return new double[] {0, 1, -1, 2, 7, 31, -100, least, most};
  }

  /// All combinations of extreme arguments that are specified, as one array an operand.
  default List<double[]> points(List<DType> operands, DType dtype) {
    List<double[]> points = List.of(new double[0]);
    for (DType operand : operands) {
      List<double[]> longer = new ArrayList<>();
      for (double[] point : points) {
        for (double value : of(operand)) {
          double[] next = java.util.Arrays.copyOf(point, point.length + 1);
          next[point.length] = value;
          longer.add(next);
        }
      }
      points = longer;
    }
    List<double[]> kept = points.stream().filter(x -> specified(dtype, x)).toList();
    List<double[]> columns = new ArrayList<>();
    for (int operand = 0; operand < operands.size(); operand++) {
      int column = operand;
      columns.add(kept.stream().mapToDouble(x -> x[column]).toArray());
    }
    return columns;
  }
}
