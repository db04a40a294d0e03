package jacquard.tensor;

/// Element-wise functions that are one expression over primitives.
public sealed interface Functions permits Tensor {
  /// {@return this tensor, for the methods of this family}
  Tensor self();

  private Tensor floats(String op) {
    Tensor x = self();
    if (!x.dtype().isFloat()) {
      throw new DTypeException(
          op + ": not defined for " + x.dtype() + ", expected f32 or f64; cast first");
    }
    return x;
  }

  /// {@return `x` within `lo .. hi`, for all numeric dtypes; NaN stays NaN}
  ///
  /// @param lo lower bound
  /// @param hi upper bound
  /// @throws TensorException unless `lo <= hi`
  default Tensor clamp(double lo, double hi) {
    if (!(lo <= hi)) {
      throw new TensorException("clamp: lo " + lo + " and hi " + hi + ", expected lo <= hi");
    }
    return self().maximum(lo).minimum(hi);
  }

  /// {@return `x` within `lo .. hi`, element by element; all three are broadcast, and where `lo >
  /// hi` the result is `hi`}
  ///
  /// @param lo lower bound
  /// @param hi upper bound
  default Tensor clamp(Tensor lo, Tensor hi) {
    return self().maximum(lo).minimum(hi);
  }

  /// {@return `x + weight * (other - x)`}
  ///
  /// @param other what weight 1 gives
  /// @param weight how far to go from this to `other`
  default Tensor lerp(Tensor other, double weight) {
    Tensor x = floats("lerp");
    return x.add(other.sub(x).mul(weight));
  }

  /// {@return `x + weight * (other - x)`; all three are broadcast}
  ///
  /// @param other what weight 1 gives
  /// @param weight how far to go from this to `other`
  default Tensor lerp(Tensor other, Tensor weight) {
    Tensor x = floats("lerp");
    return x.add(other.sub(x).mul(weight));
  }

  /// {@return `sin(x) / cos(x)`}
  default Tensor tan() {
    Tensor x = floats("tan");
    return x.sin().div(x.cos());
  }

  /// {@return logarithm to base 2: `log(x) / log(2)`, so powers of 2 may be an ulp off}
  default Tensor log2() {
    return floats("log2").log().mul(1 / Math.log(2));
  }

  /// {@return `2^x`}
  default Tensor exp2() {
    Tensor x = floats("exp2");
    return Tensor.constant(x.dtype(), 2.0, x.device()).pow(x);
  }

  /// {@return smallest whole number not below `x`}
  default Tensor ceil() {
    return floats("ceil").neg().floor().neg();
  }

  /// {@return `x` without its fraction}
  default Tensor trunc() {
    Tensor x = floats("trunc");
    return x.abs().floor().mul(x.sign());
  }

  /// {@return nearest whole number; a half goes to the even one, as in NumPy and IEEE 754}
  default Tensor round() {
    Tensor x = floats("round");
    Tensor below = x.floor();
    Tensor fraction = x.sub(below);
    Tensor odd = below.mod(2).eq(1);
    Tensor up = fraction.gt(0.5).or(fraction.eq(0.5).and(odd));
    return up.where(below.add(1), below);
  }

  /// {@return whether `x` is NaN, bool; all dtypes}
  default Tensor isNaN() {
    return self().ne(self());
  }

  /// {@return whether `x` is neither infinite nor NaN, bool; all dtypes}
  default Tensor isFinite() {
    Tensor x = self();
    return x.dtype().isFloat() ? x.abs().lt(Double.POSITIVE_INFINITY) : x.eq(x);
  }

  /// {@return whether `x` is infinite, bool; all dtypes}
  default Tensor isInfinite() {
    Tensor x = self();
    return x.dtype().isFloat() ? x.abs().eq(Double.POSITIVE_INFINITY) : x.ne(x);
  }
}
