package jacquard.tensor.reference;

import jacquard.tensor.DType;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.UnaryKind;

/// The element-wise functions of i32, i64, u8 and bool. Arguments and results are in the range of
/// their dtype.
public final class IntegerArithmetic {
  private IntegerArithmetic() {}

  /// {@return the value of `dtype` with the same low bits; for bool `x != 0`}
  ///
  /// @param dtype dtype of the elements
  /// @param x operand
  public static long wrap(DType dtype, long x) {
    return switch (dtype) {
      case I32 -> (int) x;
      case I64 -> x;
      case U8 -> x & 255;
      case BOOL -> x != 0 ? 1 : 0;
      case F32, F64, F16, BF16 ->
          throw new IllegalArgumentException("wrap: " + dtype + " is no integer dtype");
    };
  }

  /// {@return smallest value of an integer dtype}
  ///
  /// @param dtype dtype of the elements
  public static long smallest(DType dtype) {
    return switch (dtype) {
      case I32 -> Integer.MIN_VALUE;
      case I64 -> Long.MIN_VALUE;
      case U8, BOOL -> 0;
      case F32, F64, F16, BF16 ->
          throw new IllegalArgumentException("smallest: " + dtype + " is no integer dtype");
    };
  }

  /// {@return largest value of an integer dtype}
  ///
  /// @param dtype dtype of the elements
  public static long largest(DType dtype) {
    return switch (dtype) {
      case I32 -> Integer.MAX_VALUE;
      case I64 -> Long.MAX_VALUE;
      case U8 -> 255;
      case BOOL -> 1;
      case F32, F64, F16, BF16 ->
          throw new IllegalArgumentException("largest: " + dtype + " is no integer dtype");
    };
  }

  /// {@return the function's value, wrapped to the dtype}
  ///
  /// @param dtype dtype of the elements
  /// @param kind which function
  /// @param x operand
  public static long unary(DType dtype, UnaryKind kind, long x) {
    long y =
        switch (kind) {
          case NEG -> -x;
          case ABS -> Math.abs(x);
          case SIGN -> Long.signum(x);
          case EXP, LOG, LOG1P, EXPM1, SQRT, RSQRT, RECIP, SIN, COS, TANH, ERF, SIGMOID, FLOOR ->
              throw new IllegalArgumentException(kind + ": no integer function");
        };
    return wrap(dtype, y);
  }

  /// A function of two numbers, wrapped to the dtype.
  ///
  /// @param dtype dtype of the arguments; the result has it too, or is bool for a comparison
  /// @param kind which function
  /// @param x operand
  /// @param y second operand
  /// @return the value
  public static long binary(DType dtype, BinaryKind kind, long x, long y) {
    int bits = dtype == DType.I64 ? 63 : 31;
    long z =
        switch (kind) {
          case ADD -> x + y;
          case SUB -> x - y;
          case MUL -> x * y;
          case DIV -> y == 0 ? 0 : x / y;
          case MAX -> Math.max(x, y);
          case MIN -> Math.min(x, y);
          case MOD -> y == 0 ? 0 : Math.floorMod(x, y);
          case LT -> x < y ? 1 : 0;
          case EQ -> x == y ? 1 : 0;
          case AND -> x & y;
          case OR -> x | y;
          case XOR -> x ^ y;
          case SHL -> x << (y & bits);
          case SHR -> (dtype == DType.I32 ? x & 0xffffffffL : x) >>> (y & bits);
          case POW -> throw new IllegalArgumentException(kind + ": no integer function");
        };
    return wrap(kind.isComparison() ? DType.BOOL : dtype, z);
  }
}
