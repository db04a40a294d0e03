package jacquard.tensor.graph;

/// Element-wise functions of two arguments of the same shape and dtype.
public enum BinaryKind {
  /// All numeric dtypes, as all arithmetic here; integers wrap.
  ADD,
  /// `x - y`.
  SUB,
  /// `x * y`.
  MUL,
  /// Floats: IEEE division. Integers: truncates towards zero, 0 when the divisor is 0.
  DIV,
  /// `x^y`. Float dtypes.
  POW,
  /// Larger of two; NaN if either is NaN.
  MAX,
  /// Smaller of two; NaN if either is NaN.
  MIN,
  /// Remainder with the sign of the divisor (`x - y * floor(x / y)`); integers: 0 when the divisor
  /// is 0.
  MOD,
  /// `x < y`, as bool.
  LT,
  /// `x == y`, as bool. All dtypes.
  EQ,
  /// Bitwise, or logical on bool. Integers and bool.
  AND,
  /// Bitwise or of integers, logical or of bool.
  OR,
  /// Bitwise exclusive or of integers, logical one of bool.
  XOR,
  /// Shift to the left by 0 to 31 (63) bits. Integers.
  SHL,
  /// Shift to the right, filling with zeros. Integers.
  SHR;

  private final String text = name().toLowerCase(java.util.Locale.ROOT);

  /// {@return whether the result is bool}
  public boolean isComparison() {
    return switch (this) {
      case LT, EQ -> true;
      case ADD, SUB, MUL, DIV, POW, MAX, MIN, MOD, AND, OR, XOR, SHL, SHR -> false;
    };
  }

  /// {@return whether it works on the bits of integers and bools: and, or, xor, shifts}
  public boolean isBitwise() {
    return switch (this) {
      case AND, OR, XOR, SHL, SHR -> true;
      case ADD, SUB, MUL, DIV, POW, MAX, MIN, MOD, LT, EQ -> false;
    };
  }

  /// {@return whether it costs tens of instructions, so that computing it twice is worse than
  /// storing it}
  public boolean isTranscendental() {
    return this == POW;
  }

  @Override
  public String toString() {
    return text;
  }
}
