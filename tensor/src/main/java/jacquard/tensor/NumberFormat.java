package jacquard.tensor;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/// How the elements of one tensor are written, so that their columns align: NumPy's rules with 4
/// digits after the point.
///
/// @param before characters before the point, or of the whole element if there is none
/// @param after digits after the point, 0 if there is none
/// @param exponent digits of the exponent, 0 if there is none
record NumberFormat(DType dtype, int before, int after, int exponent) {
  private static final int PRECISION = 4;

  /// The format for the elements at `shown`.
  static NumberFormat of(DType dtype, Object elements, List<Integer> shown) {
    return dtype.isFloat()
        ? ofFloats(dtype, shown.stream().mapToDouble(i -> Array.getDouble(elements, i)).toArray())
        : new NumberFormat(
            dtype,
            shown.stream().mapToInt(i -> whole(dtype, elements, i).length()).max().orElse(0),
            0,
            0);
  }

  private static NumberFormat ofFloats(DType dtype, double[] shown) {
    double largest = 0;
    double smallest = Double.POSITIVE_INFINITY;
    for (double x : shown) {
      if (Double.isFinite(x) && x != 0) {
        largest = Math.max(largest, Math.abs(x));
        smallest = Math.min(smallest, Math.abs(x));
      }
    }
    boolean scientific =
        largest != 0
            // digits that the dtype has
            && (largest >= (dtype == DType.F64 ? 1e8 : 1e6)
                || smallest < 1e-4
                || largest / smallest > 1000);
    int before = 0;
    int after = 0;
    int exponent = 0;
    for (double x : shown) {
      if (Double.isFinite(x)) {
        int power = scientific ? power(x) : 0;
        String digits = digits(dtype, x, power);
        int point = digits.indexOf('.');
        before = Math.max(before, point);
        after = Math.max(after, digits.length() - point - 1);
        exponent = scientific ? Math.max(exponent, Math.abs(power) < 100 ? 2 : 3) : 0;
      }
    }
    int tail = tail(after, exponent);
    for (double x : shown) {
      if (!Double.isFinite(x)) {
        before = Math.max(before, special(x).length() - tail);
      }
    }
    return new NumberFormat(dtype, before, after, exponent);
  }

  /// Characters from the point on.
  private static int tail(int after, int exponent) {
    return 1 + after + (exponent == 0 ? 0 : 2 + exponent);
  }

  /// Element `index`, padded to the width of the column.
  String text(Object elements, int index) {
    if (!dtype.isFloat()) {
      return rightAligned(whole(dtype, elements, index), before);
    }
    double x = Array.getDouble(elements, index);
    if (!Double.isFinite(x)) {
      return rightAligned(special(x), before + tail(after, exponent));
    }
    int power = exponent == 0 ? 0 : power(x);
    String digits = digits(dtype, x, power);
    int point = digits.indexOf('.');
    String left = " ".repeat(before - point) + digits;
    int missing = after - (digits.length() - point - 1);
    return exponent == 0
        ? left + " ".repeat(missing)
        : left + "0".repeat(missing) + exponent(power);
  }

  private String exponent(int power) {
    String digits = Integer.toString(Math.abs(power));
    return "e" + (power < 0 ? "-" : "+") + "0".repeat(exponent - digits.length()) + digits;
  }

  private static String rightAligned(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private static String whole(DType dtype, Object elements, int index) {
    return switch (dtype) {
      case BOOL -> Array.getByte(elements, index) != 0 ? "true" : "false";
      case U8 -> Integer.toString(Byte.toUnsignedInt(Array.getByte(elements, index)));
      case I32, I64 -> Long.toString(Array.getLong(elements, index));
      case F32, F64, F16, BF16 -> throw new IllegalArgumentException("whole: " + dtype);
    };
  }

  private static String special(double x) {
    return Double.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  }

  /// `x / 10^power` as `-1.25` or `3.`: at most 4 digits after the point, no zeros at the end.
  private static String digits(DType dtype, double x, int power) {
    int places = PRECISION - power;
    BigDecimal magnitude =
        new BigDecimal(
            dtype == DType.F64
                ? Double.toString(Math.abs(x))
                : Float.toString((float) Math.abs(x)));
    if (magnitude.scale() > places) {
      // the shortest decimal has too many digits: round the exact value instead, not twice
      magnitude = new BigDecimal(Math.abs(x)).setScale(places, RoundingMode.HALF_EVEN);
    }
    BigDecimal moved = magnitude.movePointLeft(power);
    String text = moved.signum() == 0 ? "0" : moved.stripTrailingZeros().toPlainString();
    boolean negative = x < 0 || (x == 0 && 1 / x < 0);
    return (negative ? "-" : "") + text + (text.indexOf('.') < 0 ? "." : "");
  }

  /// The decimal exponent of `x` rounded to the digits that are shown.
  private static int power(double x) {
    if (x == 0) {
      return 0;
    }
    BigDecimal exact = new BigDecimal(Math.abs(x));
    int power = exact.precision() - exact.scale() - 1;
    BigDecimal rounded = exact.setScale(PRECISION - power, RoundingMode.HALF_EVEN);
    return rounded.precision() - rounded.scale() - 1;
  }
}
