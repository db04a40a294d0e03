package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.reference.FloatArithmetic;

/// How far a float result may be from the expected one: `relative * |expected| + absolute`, in
/// units of the dtype's epsilon (2^-23 for f32, 2^-52 for f64, 2^-10 for f16, 2^-7 for bf16).
/// Computed results below the smallest normal number may be flushed to zero.
///
/// A computed f16 or bf16 is rounded from an f32 that may lie on the other side of a tie: it may be
/// off by its last bit in any case.
public record Tolerance(double relative, double absolute) {
  /// Moved or selected, not computed.
  public static final Tolerance EXACT = new Tolerance(0, 0);

  /// One correctly rounded operation.
  public static final Tolerance ROUNDED = new Tolerance(0.51, 0);

  /// Whether `actual` will do for `expected`: NaN for NaN, equal infinities, otherwise close.
  ///
  /// @param expected not rounded to the dtype yet
  public boolean accepts(DType dtype, double expected, double actual) {
    double rounded = FloatArithmetic.round(dtype, expected);
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
    double least = dtype.isHalf() ? Math.max(relative, 1.01) : relative;
    double allowed = (least * Math.abs(expected) + absolute) * epsilon(dtype);
    return !equals(EXACT) && Math.abs(expected - actual) <= allowed + normal(dtype);
  }

  static double normal(DType dtype) {
    return switch (dtype) {
      case F32, BF16 -> Float.MIN_NORMAL;
      case F64 -> Double.MIN_NORMAL;
      case F16 -> 0x1p-14;
      case I32, I64, U8, BOOL -> throw new IllegalArgumentException(dtype + " is no float");
    };
  }

  static double largest(DType dtype) {
    return switch (dtype) {
      case F32 -> Float.MAX_VALUE;
      case F64 -> Double.MAX_VALUE;
      case F16 -> 65504;
      case BF16 -> 0x1.fep127;
      case I32, I64, U8, BOOL -> throw new IllegalArgumentException(dtype + " is no float");
    };
  }

  /// The distance of 1 from the next number.
  static double epsilon(DType dtype) {
    return Math.scalb(1.0, 1 - digits(dtype));
  }

  /// Significant bits.
  static int digits(DType dtype) {
    return switch (dtype) {
      case F32 -> 24;
      case F64 -> 53;
      case F16 -> 11;
      case BF16 -> 8;
      case I32, I64, U8, BOOL -> throw new IllegalArgumentException(dtype + " is no float");
    };
  }
}
