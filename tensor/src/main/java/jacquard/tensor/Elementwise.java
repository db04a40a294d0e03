package jacquard.tensor;

import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.UnaryKind;

/// Element-wise primitives, and the arithmetic that is one expression over them.
///
/// Two tensors are broadcast to a common shape; their dtypes must be equal. A Java number takes the
/// dtype of the tensor, and must be a whole number within its range if that is an integer dtype.
public sealed interface Elementwise permits Tensor {
  /// {@return this tensor, for the methods of this family}
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

  /// {@return `-x`; integers wrap}
  default Tensor neg() {
    return unary(UnaryKind.NEG);
  }

  /// {@return `e^x`}
  default Tensor exp() {
    return unary(UnaryKind.EXP);
  }

  /// {@return the natural logarithm; NaN below 0}
  default Tensor log() {
    return unary(UnaryKind.LOG);
  }

  /// {@return `log(1 + x)`, accurate near 0}
  default Tensor log1p() {
    return unary(UnaryKind.LOG1P);
  }

  /// {@return `e^x - 1`, accurate near 0}
  default Tensor expm1() {
    return unary(UnaryKind.EXPM1);
  }

  /// {@return the square root; NaN below 0}
  default Tensor sqrt() {
    return unary(UnaryKind.SQRT);
  }

  /// {@return `1 / sqrt(x)`}
  default Tensor rsqrt() {
    return unary(UnaryKind.RSQRT);
  }

  /// {@return `1 / x`}
  default Tensor recip() {
    return unary(UnaryKind.RECIP);
  }

  /// {@return the sine of an angle in radians}
  default Tensor sin() {
    return unary(UnaryKind.SIN);
  }

  /// {@return the cosine of an angle in radians}
  default Tensor cos() {
    return unary(UnaryKind.COS);
  }

  /// {@return the hyperbolic tangent}
  default Tensor tanh() {
    return unary(UnaryKind.TANH);
  }

  /// {@return error function}
  default Tensor erf() {
    return unary(UnaryKind.ERF);
  }

  /// {@return `1 / (1 + e^-x)`, without overflow}
  default Tensor sigmoid() {
    return unary(UnaryKind.SIGMOID);
  }

  /// {@return the magnitude}
  default Tensor abs() {
    return unary(UnaryKind.ABS);
  }

  /// -1, 0 or 1.
  ///
  /// @return the sign, in this dtype
  default Tensor sign() {
    return unary(UnaryKind.SIGN);
  }

  /// {@return the largest whole number not above `x`}
  default Tensor floor() {
    return unary(UnaryKind.FLOOR);
  }

  /// {@return `x + other`; integers wrap}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor add(Tensor other) {
    return binary(BinaryKind.ADD, other);
  }

  /// {@return `x + value`; integers wrap}
  ///
  /// @param value the second operand, for every element
  default Tensor add(double value) {
    return add(scalar("add", value));
  }

  /// {@return `x - other`; integers wrap}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor sub(Tensor other) {
    return binary(BinaryKind.SUB, other);
  }

  /// {@return `x - value`; integers wrap}
  ///
  /// @param value the second operand, for every element
  default Tensor sub(double value) {
    return sub(scalar("sub", value));
  }

  /// {@return `x * other`; integers wrap}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor mul(Tensor other) {
    return binary(BinaryKind.MUL, other);
  }

  /// {@return `x * value`; integers wrap}
  ///
  /// @param value the second operand, for every element
  default Tensor mul(double value) {
    return mul(scalar("mul", value));
  }

  /// Floats: IEEE division. Integers: truncates towards zero, 0 for a divisor of 0.
  ///
  /// @param other the second operand, broadcast with this
  /// @return the quotient
  default Tensor div(Tensor other) {
    return binary(BinaryKind.DIV, other);
  }

  /// {@return `x / value`, as [#div(Tensor)]}
  ///
  /// @param value the second operand, for every element
  default Tensor div(double value) {
    return div(scalar("div", value));
  }

  /// {@return `x^exponent`, for floats}
  ///
  /// @param exponent the power
  default Tensor pow(Tensor exponent) {
    return binary(BinaryKind.POW, exponent);
  }

  /// {@return `x^exponent`; exponents -1, 0.5, 1, 2 and 3 are done by multiplication, root or
  /// reciprocal}
  ///
  /// @param exponent the power
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

  /// {@return `x * x`}
  default Tensor square() {
    return self().mul(self());
  }

  /// {@return element-wise larger of two; NaN if either is}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor maximum(Tensor other) {
    return binary(BinaryKind.MAX, other);
  }

  /// {@return the larger of `x` and `value`; NaN if `x` is}
  ///
  /// @param value the second operand, for every element
  default Tensor maximum(double value) {
    return maximum(scalar("maximum", value));
  }

  /// {@return element-wise smaller of two; NaN if either is}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor minimum(Tensor other) {
    return binary(BinaryKind.MIN, other);
  }

  /// {@return the smaller of `x` and `value`; NaN if `x` is}
  ///
  /// @param value the second operand, for every element
  default Tensor minimum(double value) {
    return minimum(scalar("minimum", value));
  }

  /// {@return remainder with the sign of the divisor}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor mod(Tensor other) {
    return binary(BinaryKind.MOD, other);
  }

  /// {@return remainder with the sign of `value`}
  ///
  /// @param value the second operand, for every element
  default Tensor mod(double value) {
    return mod(scalar("mod", value));
  }

  /// {@return `x < other`, as bool; so for the other comparisons}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor lt(Tensor other) {
    return binary(BinaryKind.LT, other);
  }

  /// {@return `x < value`, as bool}
  ///
  /// @param value the second operand, for every element
  default Tensor lt(double value) {
    return lt(scalar("lt", value));
  }

  /// {@return `x > other`, as bool}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor gt(Tensor other) {
    return other.lt(self());
  }

  /// {@return `x > value`, as bool}
  ///
  /// @param value the second operand, for every element
  default Tensor gt(double value) {
    return scalar("gt", value).lt(self());
  }

  /// {@return `x <= other`, as bool}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor le(Tensor other) {
    return lt(other).or(eq(other));
  }

  /// {@return `x <= value`, as bool}
  ///
  /// @param value the second operand, for every element
  default Tensor le(double value) {
    return le(scalar("le", value));
  }

  /// {@return `x >= other`, as bool}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor ge(Tensor other) {
    return other.le(self());
  }

  /// {@return `x >= value`, as bool}
  ///
  /// @param value the second operand, for every element
  default Tensor ge(double value) {
    return scalar("ge", value).le(self());
  }

  /// {@return `x == other`, as bool; false where either is NaN}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor eq(Tensor other) {
    return binary(BinaryKind.EQ, other);
  }

  /// {@return `x == value`, as bool; false where `x` is NaN}
  ///
  /// @param value the second operand, for every element
  default Tensor eq(double value) {
    return eq(scalar("eq", value));
  }

  /// {@return `x != other`, as bool; true where either is NaN}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor ne(Tensor other) {
    return eq(other).not();
  }

  /// {@return `x != value`, as bool; true where `x` is NaN}
  ///
  /// @param value the second operand, for every element
  default Tensor ne(double value) {
    return eq(value).not();
  }

  /// Bitwise on integers, logical on bool.
  ///
  /// @param other the second operand, broadcast with this
  /// @return the result
  default Tensor and(Tensor other) {
    return binary(BinaryKind.AND, other);
  }

  /// {@return bitwise or of integers, logical or of bool}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor or(Tensor other) {
    return binary(BinaryKind.OR, other);
  }

  /// {@return bitwise exclusive or of integers, logical one of bool}
  ///
  /// @param other the second operand, broadcast with this
  default Tensor xor(Tensor other) {
    return binary(BinaryKind.XOR, other);
  }

  /// {@return logical not of bool, bitwise not of integers}
  default Tensor not() {
    return xor(
        Tensor.constant(self().dtype(), self().dtype() == DType.BOOL ? 1L : -1L, self().device()));
  }

  /// Shift to the left.
  ///
  /// @param bits places to shift by, 0 to the width less 1
  /// @return the result
  default Tensor shl(Tensor bits) {
    return binary(BinaryKind.SHL, bits);
  }

  /// {@return shift to the left by the same number of places everywhere}
  ///
  /// @param bits places to shift by, 0 to the width less 1
  default Tensor shl(int bits) {
    return shl(scalar("shl", bits));
  }

  /// Shift to the right, filling with zeros.
  ///
  /// @param bits places to shift by, 0 to the width less 1
  /// @return the result
  default Tensor shr(Tensor bits) {
    return binary(BinaryKind.SHR, bits);
  }

  /// {@return shift to the right by the same number of places everywhere, filling with zeros}
  ///
  /// @param bits places to shift by, 0 to the width less 1
  default Tensor shr(int bits) {
    return shr(scalar("shr", bits));
  }

  /// {@return this bool tensor as a condition: `x` where it holds, else `y`}
  ///
  /// @param x where the condition holds
  /// @param y where it doesn't hold
  default Tensor where(Tensor x, Tensor y) {
    Shape shape =
        Shape.broadcast("where", Shape.broadcast("where", self().shape(), x.shape()), y.shape());
    return Tensor.apply(new Op.Where(), self().expand(shape), x.expand(shape), y.expand(shape));
  }

  /// {@return `x` where this condition holds, else a number}
  ///
  /// @param x where the condition holds
  /// @param y where it doesn't hold
  default Tensor where(Tensor x, double y) {
    return where(x, Tensor.number("where", x, y));
  }

  /// {@return a number where this condition holds, else `y`}
  ///
  /// @param x where the condition holds
  /// @param y where it doesn't hold
  default Tensor where(double x, Tensor y) {
    return where(Tensor.number("where", y, x), y);
  }

  /// Converts: float to integer truncates and saturates, integers wrap, to bool is `x != 0`.
  ///
  /// @param dtype dtype of the elements
  /// @return the elements in the other dtype
  default Tensor cast(DType dtype) {
    return dtype == self().dtype() ? self() : Tensor.apply(new Op.Cast(dtype), self());
  }
}
