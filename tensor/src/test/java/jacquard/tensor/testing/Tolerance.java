package jacquard.tensor.testing;

import jacquard.tensor.DType;

/// How far a float result may be from the expected one: `relative * |expected| + absolute`, in
/// units of the dtype's epsilon (2^-23 for f32, 2^-52 for f64). Computed results below the smallest
/// normal number may be flushed to zero.
public record Tolerance(double relative, double absolute) {
  /// Moved or selected, not computed.
  public static final Tolerance EXACT = new Tolerance(0, 0);

  /// One correctly rounded operation.
  public static final Tolerance ROUNDED = new Tolerance(0.51, 0);

  /// Whether `actual` will do for `expected`: NaN for NaN, equal infinities, otherwise close.
  ///
  /// @param expected not rounded to the dtype yet
  public boolean accepts(DType dtype, double expected, double actual) {
    double rounded = dtype == DType.F32 ? (float) expected : expected;
    if (Double.isNaN(rounded) || Double.isNaN(actual)) {
      return Double.isNaN(rounded) && Double.isNaN(actual);
    }
    if (rounded == actual) {
      return true;
    }
    if (Double.isInfinite(actual)) {
      // next to overflow, where the tolerance reaches beyond the largest number
      return actual * expected > 0
          && relative > 0
          && Math.abs(rounded) >= largest(dtype) * (1 - relative * epsilon(dtype));
    }
    if (Double.isInfinite(rounded)) {
      return relative > 0
          && actual * rounded > 0
          && Math.abs(expected) <= largest(dtype) * (1 + relative * epsilon(dtype))
          && Math.abs(actual) >= largest(dtype) * (1 - relative * epsilon(dtype));
    }
    double normal = dtype == DType.F32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
    double allowed = (relative * Math.abs(expected) + absolute) * epsilon(dtype);
    return !equals(EXACT) && Math.abs(expected - actual) <= allowed + normal;
  }

  private static double largest(DType dtype) {
    return dtype == DType.F32 ? Float.MAX_VALUE : Double.MAX_VALUE;
  }

  static double epsilon(DType dtype) {
    return dtype == DType.F32 ? 0x1p-23 : 0x1p-52;
  }
}
