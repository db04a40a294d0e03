package jacquard.tensor.reference;

import jacquard.tensor.DType;
import jacquard.tensor.Half;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.UnaryKind;

/// The element-wise functions of f32 and f64, in double precision.
public final class FloatArithmetic {
  private FloatArithmetic() {}

  /// {@return the function's value, in double precision}
  ///
  /// @param kind which function
  /// @param x operand
  public static double unary(UnaryKind kind, double x) {
    return switch (kind) {
      case NEG -> -x;
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case LOG1P -> Math.log1p(x);
      case EXPM1 -> Math.expm1(x);
      case SQRT -> Math.sqrt(x);
      case RSQRT -> 1 / Math.sqrt(x);
      case RECIP -> 1 / x;
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case TANH -> Math.tanh(x);
      case ERF -> erf(x);
      case SIGMOID -> x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
      case ABS -> Math.abs(x);
      case SIGN -> Math.signum(x);
      case FLOOR -> Math.floor(x);
    };
  }

  /// A function of two numbers.
  ///
  /// @param kind which function
  /// @param x operand
  /// @param y second operand
  /// @return the value, in double precision
  /// @throws IllegalArgumentException for a comparison, see [#compare], and for a bitwise kind
  public static double binary(BinaryKind kind, double x, double y) {
    return switch (kind) {
      case ADD -> x + y;
      case SUB -> x - y;
      case MUL -> x * y;
      case DIV -> x / y;
      case POW -> Math.pow(x, y);
      case MAX -> Math.max(x, y);
      case MIN -> Math.min(x, y);
      case MOD -> x - y * Math.floor(x / y);
      case LT, EQ, AND, OR, XOR, SHL, SHR ->
          throw new IllegalArgumentException(kind + ": no float function with a float result");
    };
  }

  /// A comparison of two numbers.
  ///
  /// @param kind which function
  /// @param x operand
  /// @param y second operand
  /// @return whether it holds
  /// @throws IllegalArgumentException unless the kind is a comparison
  public static boolean compare(BinaryKind kind, double x, double y) {
    return switch (kind) {
      case LT -> x < y;
      case EQ -> x == y;
      case ADD, SUB, MUL, DIV, POW, MAX, MIN, MOD, AND, OR, XOR, SHL, SHR ->
          throw new IllegalArgumentException(kind + ": not a comparison");
    };
  }

  /// {@return what the rounded sum `a + b = sum` lost (Neumaier), so that a sum is as good as its
  /// terms, in whatever order a back end adds them; 0 where the sum isn't finite}
  ///
  /// @param a first term
  /// @param b second term
  /// @param sum their rounded sum
  public static double lost(double a, double b, double sum) {
    double lost = Math.abs(a) >= Math.abs(b) ? (a - sum) + b : (b - sum) + a;
    return Double.isFinite(lost) ? lost : 0;
  }

  /// The order of a sort: NaN counts as the largest, -0 equals 0.
  ///
  /// @param x operand
  /// @param y second operand
  /// @return below 0, 0 or above 0, as for a comparator
  public static int order(double x, double y) {
    if (Double.isNaN(x) || Double.isNaN(y)) {
      return Boolean.compare(Double.isNaN(x), Double.isNaN(y));
    }
    return x < y ? -1 : x > y ? 1 : 0;
  }

  /// {@return `x` as a value of a float dtype; f16 and bf16 are rounded from f32}
  ///
  /// @param dtype dtype of the elements
  /// @param x operand
  public static double round(DType dtype, double x) {
    return switch (dtype) {
      case F64 -> x;
      case F32 -> (float) x;
      case F16, BF16 -> Half.round(dtype, (float) x);
      case I32, I64, U8, BOOL ->
          throw new IllegalArgumentException("round: " + dtype + " is no float dtype");
    };
  }

  /// `x` as a value of a float dtype, straight from long to float: by way of double it would round
  /// twice.
  ///
  /// @param dtype dtype of the elements
  /// @param x operand
  /// @return the value
  public static double ofInteger(DType dtype, long x) {
    return dtype == DType.F64 ? (double) x : round(dtype, (float) x);
  }

  /// Conversion to an integer dtype or bool: truncates and saturates, NaN gives 0; to bool it is `x
  /// != 0`.
  ///
  /// @param dtype dtype of the elements
  /// @param x operand
  /// @return the whole number
  public static long toInteger(DType dtype, double x) {
    return switch (dtype) {
      case I32 -> (int) x;
      case I64 -> (long) x;
      case U8 -> Math.clamp((long) x, 0, 255);
      case BOOL -> x != 0 ? 1 : 0;
      case F32, F64, F16, BF16 ->
          throw new IllegalArgumentException("cast: " + dtype + " is no integer dtype");
    };
  }

  /// {@return error function, to a few units in the last place}
  ///
  /// Below 2 by the series `2/sqrt(pi) e^(-x^2) sum(2^n x^(2n+1) / (2n+1)!!)`, whose terms all have
  /// one sign; above by the continued fraction of `erfc`, which is at most 0.005 there, so that its
  /// error does not show in `1 - erfc`.
  ///
  /// @param x operand
  /// @see <a href="https://dlmf.nist.gov/7.6">DLMF 7.6.2</a>, <a
  ///   href="https://dlmf.nist.gov/7.9">7.9.1</a>
  public static double erf(double x) {
    double a = Math.abs(x);
    if (a > 6) {
      return Math.signum(x);
    }
    if (a < 2) {
      double term = x;
      double sum = x;
      for (int n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
      }
      return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
    if (Double.isNaN(x)) {
      return x;
    }
    double fraction = a;
    for (int n = 60; n >= 1; n--) {
      fraction = a + n / 2.0 / fraction;
    }
    return Math.signum(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction);
  }
}
