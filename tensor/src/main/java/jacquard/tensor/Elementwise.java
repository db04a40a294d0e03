package jacquard.tensor;

import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.UnaryKind;

/// Element-wise primitives, and the arithmetic that is one expression over them.
///
/// Two tensors are broadcast to a common shape; their dtypes must be equal. A Java number takes the
/// dtype of the tensor, and must be a whole number within its range if that is an integer dtype.
public sealed interface Elementwise permits Tensor {
  Tensor self();

  private Tensor unary(UnaryKind kind) {
    return Tensor.apply(Op.Unary.of(kind), self());
  }

  private Tensor binary(BinaryKind kind, Tensor other) {
    Tensor x = self();
    Shape shape = Shape.broadcast(kind.toString(), x.shape(), other.shape());
    return Tensor.apply(Op.Binary.of(kind), x.expand(shape), other.expand(shape));
  }

  private Tensor scalar(String op, double value) {
    return Tensor.number(op, self(), value);
  }

  default Tensor neg() {
    return unary(UnaryKind.NEG);
  }

  default Tensor exp() {
    return unary(UnaryKind.EXP);
  }

  default Tensor log() {
    return unary(UnaryKind.LOG);
  }

  /// `log(1 + x)`, accurate near 0.
  default Tensor log1p() {
    return unary(UnaryKind.LOG1P);
  }

  /// `e^x - 1`, accurate near 0.
  default Tensor expm1() {
    return unary(UnaryKind.EXPM1);
  }

  default Tensor sqrt() {
    return unary(UnaryKind.SQRT);
  }

  /// `1 / sqrt(x)`.
  default Tensor rsqrt() {
    return unary(UnaryKind.RSQRT);
  }

  /// `1 / x`.
  default Tensor recip() {
    return unary(UnaryKind.RECIP);
  }

  default Tensor sin() {
    return unary(UnaryKind.SIN);
  }

  default Tensor cos() {
    return unary(UnaryKind.COS);
  }

  default Tensor tanh() {
    return unary(UnaryKind.TANH);
  }

  /// Error function.
  default Tensor erf() {
    return unary(UnaryKind.ERF);
  }

  /// `1 / (1 + e^-x)`, without overflow.
  default Tensor sigmoid() {
    return unary(UnaryKind.SIGMOID);
  }

  default Tensor abs() {
    return unary(UnaryKind.ABS);
  }

  /// -1, 0 or 1.
  default Tensor sign() {
    return unary(UnaryKind.SIGN);
  }

  default Tensor floor() {
    return unary(UnaryKind.FLOOR);
  }

  default Tensor add(Tensor other) {
    return binary(BinaryKind.ADD, other);
  }

  default Tensor add(double value) {
    return add(scalar("add", value));
  }

  default Tensor sub(Tensor other) {
    return binary(BinaryKind.SUB, other);
  }

  default Tensor sub(double value) {
    return sub(scalar("sub", value));
  }

  default Tensor mul(Tensor other) {
    return binary(BinaryKind.MUL, other);
  }

  default Tensor mul(double value) {
    return mul(scalar("mul", value));
  }

  /// Floats: IEEE division. Integers: truncates towards zero, 0 for a divisor of 0.
  default Tensor div(Tensor other) {
    return binary(BinaryKind.DIV, other);
  }

  default Tensor div(double value) {
    return div(scalar("div", value));
  }

  default Tensor pow(Tensor exponent) {
    return binary(BinaryKind.POW, exponent);
  }

  /// `x^exponent`; exponents -1, 0.5, 1, 2 and 3 are done by multiplication, root or reciprocal.
  default Tensor pow(double exponent) {
    Tensor x = self();
    if (exponent == 1) {
      return x;
    }
    if (exponent == 2) {
      return x.mul(x);
    }
    if (exponent == 3) {
      return x.mul(x).mul(x);
    }
    if (exponent == 0.5) {
      return x.sqrt();
    }
    return exponent == -1 ? x.recip() : pow(scalar("pow", exponent));
  }

  default Tensor square() {
    return self().mul(self());
  }

  /// Element-wise larger of two; NaN if either is.
  default Tensor maximum(Tensor other) {
    return binary(BinaryKind.MAX, other);
  }

  default Tensor maximum(double value) {
    return maximum(scalar("maximum", value));
  }

  /// Element-wise smaller of two; NaN if either is.
  default Tensor minimum(Tensor other) {
    return binary(BinaryKind.MIN, other);
  }

  default Tensor minimum(double value) {
    return minimum(scalar("minimum", value));
  }

  /// Remainder with the sign of the divisor.
  default Tensor mod(Tensor other) {
    return binary(BinaryKind.MOD, other);
  }

  default Tensor mod(double value) {
    return mod(scalar("mod", value));
  }

  /// `x < other`, as bool; so for the other comparisons.
  default Tensor lt(Tensor other) {
    return binary(BinaryKind.LT, other);
  }

  default Tensor lt(double value) {
    return lt(scalar("lt", value));
  }

  default Tensor gt(Tensor other) {
    return other.lt(self());
  }

  default Tensor gt(double value) {
    return scalar("gt", value).lt(self());
  }

  default Tensor le(Tensor other) {
    return lt(other).or(eq(other));
  }

  default Tensor le(double value) {
    return le(scalar("le", value));
  }

  default Tensor ge(Tensor other) {
    return other.le(self());
  }

  default Tensor ge(double value) {
    return scalar("ge", value).le(self());
  }

  default Tensor eq(Tensor other) {
    return binary(BinaryKind.EQ, other);
  }

  default Tensor eq(double value) {
    return eq(scalar("eq", value));
  }

  default Tensor ne(Tensor other) {
    return eq(other).not();
  }

  default Tensor ne(double value) {
    return eq(value).not();
  }

  /// Bitwise on integers, logical on bool.
  default Tensor and(Tensor other) {
    return binary(BinaryKind.AND, other);
  }

  default Tensor or(Tensor other) {
    return binary(BinaryKind.OR, other);
  }

  default Tensor xor(Tensor other) {
    return binary(BinaryKind.XOR, other);
  }

  /// Logical not of bool, bitwise not of integers.
  default Tensor not() {
    return xor(
        Tensor.constant(self().dtype(), self().dtype() == DType.BOOL ? 1L : -1L, self().device()));
  }

  /// Shift to the left.
  default Tensor shl(Tensor bits) {
    return binary(BinaryKind.SHL, bits);
  }

  default Tensor shl(int bits) {
    return shl(scalar("shl", bits));
  }

  /// Shift to the right, filling with zeros.
  default Tensor shr(Tensor bits) {
    return binary(BinaryKind.SHR, bits);
  }

  default Tensor shr(int bits) {
    return shr(scalar("shr", bits));
  }

  /// This bool tensor as a condition: `x` where it holds, else `y`.
  default Tensor where(Tensor x, Tensor y) {
    Shape shape =
        Shape.broadcast("where", Shape.broadcast("where", self().shape(), x.shape()), y.shape());
    return Tensor.apply(new Op.Where(), self().expand(shape), x.expand(shape), y.expand(shape));
  }

  /// `x` where this condition holds, else a number.
  default Tensor where(Tensor x, double y) {
    return where(x, Tensor.number("where", x, y));
  }

  /// A number where this condition holds, else `y`.
  default Tensor where(double x, Tensor y) {
    return where(Tensor.number("where", y, x), y);
  }

  /// Converts: float to integer truncates and saturates, integers wrap, to bool is `x != 0`.
  default Tensor cast(DType dtype) {
    return dtype == self().dtype() ? self() : Tensor.apply(new Op.Cast(dtype), self());
  }
}
