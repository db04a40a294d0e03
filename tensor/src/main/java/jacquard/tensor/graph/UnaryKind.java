package jacquard.tensor.graph;

/// Element-wise functions of one argument. `x` is the argument, `y` the result; both have the same
/// dtype.
public enum UnaryKind {
  /// `-x`; integers wrap. All numeric dtypes.
  NEG,
  /// `e^x`. Float dtypes, as all that follow unless said otherwise.
  EXP,
  /// Natural logarithm; -inf at 0, NaN below.
  LOG,
  /// `log(1 + x)`, accurate near 0.
  LOG1P,
  /// `e^x - 1`, accurate near 0.
  EXPM1,
  /// The square root.
  SQRT,
  /// `1 / sqrt(x)`.
  RSQRT,
  /// `1 / x`.
  RECIP,
  /// The sine of an angle in radians.
  SIN,
  /// The cosine of an angle in radians.
  COS,
  /// The hyperbolic tangent.
  TANH,
  /// Error function.
  ERF,
  /// `1 / (1 + e^-x)`, without overflow.
  SIGMOID,
  /// Magnitude. All numeric dtypes.
  ABS,
  /// -1, 0 or 1; NaN stays NaN. All numeric dtypes.
  SIGN,
  /// Largest whole number not above `x`.
  FLOOR;

  private final String text = name().toLowerCase(java.util.Locale.ROOT);

  /// {@return whether integers are accepted too}
  public boolean acceptsIntegers() {
    return switch (this) {
      case NEG, ABS, SIGN -> true;
      case EXP, LOG, LOG1P, EXPM1, SQRT, RSQRT, RECIP, SIN, COS, TANH, ERF, SIGMOID, FLOOR -> false;
    };
  }

  /// {@return whether it costs tens of instructions, so that computing it twice is worse than
  /// storing it}
  public boolean isTranscendental() {
    return switch (this) {
      case EXP, LOG, LOG1P, EXPM1, SIN, COS, TANH, ERF, SIGMOID -> true;
      case NEG, SQRT, RSQRT, RECIP, ABS, SIGN, FLOOR -> false;
    };
  }

  /// {@return whether it is a division or a root, which take a processor several times as long as a
  /// multiplication}
  public boolean isDivision() {
    return switch (this) {
      case SQRT, RSQRT, RECIP -> true;
      case NEG, EXP, LOG, LOG1P, EXPM1, SIN, COS, TANH, ERF, SIGMOID, ABS, SIGN, FLOOR -> false;
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
