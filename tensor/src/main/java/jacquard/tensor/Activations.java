package jacquard.tensor;

/// Composites used as activations and as the logarithms of probabilities: each one expression over
/// primitives, for f32 and f64 unless said otherwise. The result has the shape and dtype of this.
public sealed interface Activations permits Tensor {
  /// {@return this tensor, for the methods of this family}
  Tensor self();

  /// {@return `max(x, 0)`, for all numeric dtypes; the gradient at 0 is 0}
  default Tensor relu() {
    Tensor x = self();
    Tensor zero = Tensor.constant(x.dtype(), 0.0, x.device());
    return zero.lt(x).where(x, zero);
  }

  /// {@return `x` above 0, else `slope * x`; the gradient at 0 is `slope`}
  ///
  /// @param slope what values below 0 are multiplied by
  default Tensor leakyRelu(double slope) {
    Tensor x = self();
    return x.gt(0).where(x, x.mul(slope));
  }

  /// {@return `x` above 0, else `alpha * (e^x - 1)`; the gradient at 0 is `alpha`}
  ///
  /// @param alpha what the function tends to far below 0, turned round
  default Tensor elu(double alpha) {
    Tensor x = self();
    Tensor positive = x.gt(0);
    // the branch that is not taken must not overflow: infinity times a gradient of 0 is NaN
    Tensor below = positive.where(0, x).expm1();
    return positive.where(x, alpha == 1 ? below : below.mul(alpha));
  }

  /// {@return `x * sigmoid(x)`, also called swish}
  ///
  /// @see <a href="https://arxiv.org/abs/1606.08415">Gaussian error linear units</a>
  default Tensor silu() {
    Tensor x = self();
    return x.mul(x.sigmoid());
  }

  /// GELU in its tanh form, `x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))`; [#geluErf] is the
  /// exact one.
  ///
  /// Computed as `x * sigmoid(2 sqrt(2/pi) * (x + 0.044715 x^3))`, which is the same function
  /// without the cancellation in `1 + tanh` for negative x.
  ///
  /// @return the result, in the shape of this
  /// @see <a href="https://arxiv.org/abs/1606.08415">Gaussian error linear units</a>
  default Tensor gelu() {
    Tensor x = self();
    double twice = 2 * Math.sqrt(2 / Math.PI);
    Tensor inner = x.square().mul(0.044715 * twice).add(twice).mul(x);
    return x.mul(inner.sigmoid());
  }

  /// GELU in its exact form, `x/2 * (1 + erf(x / sqrt(2)))`. The relative error grows below -4,
  /// where the result goes to 0.
  ///
  /// @return the result, in the shape of this
  default Tensor geluErf() {
    Tensor x = self();
    return x.mul(Math.sqrt(0.5)).erf().add(1).mul(x.mul(0.5));
  }

  /// {@return `log(1 + e^x)` for finite x, without overflow, to full relative accuracy for negative
  /// x; every gradient is right at 0 too}
  default Tensor softplus() {
    Tensor x = self();
    // log1p(e^(x-m) + (e^-m - 1)) + m with m = max(x, 0): no derivative goes through the maximum
    Tensor most = x.maximum(0).detach();
    return x.sub(most).exp().add(most.neg().expm1()).log1p().add(most);
  }

  /// {@return `log(sigmoid(x))`, without underflow}
  default Tensor logSigmoid() {
    return self().neg().softplus().neg();
  }

  /// {@return softmax along `axis`: `y = exp(x - max(x)) / sum(exp(x - max(x)))`}
  ///
  /// | name   | shape           | dtype        |
  /// |--------|-----------------|--------------|
  /// | this   | `[..., n, ...]` | f32, f64     |
  /// | result | same as this    | same as this |
  ///
  /// Safe for any finite `x`, and for -inf beside a finite number; an all `-inf` slice gives NaN.
  ///
  /// @param axis axis that sums to 1; negative counts from the last
  /// @throws ShapeException if `axis` is outside `-rank .. rank-1`
  default Tensor softmax(int axis) {
    Tensor x = self();
    int at = x.shape().axis("softmax", axis);
    Tensor e = x.sub(x.maxKeepDims(at).detach()).exp();
    // the sum is at least 1, so its reciprocal is safe: one division a slice, not one an element
    return e.mul(e.sumKeepDims(at).recip());
  }

  /// {@return `log(softmax(x))` along `axis`, without its underflow}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  default Tensor logSoftmax(int axis) {
    Tensor x = self();
    int at = x.shape().axis("logSoftmax", axis);
    Tensor shifted = x.sub(x.maxKeepDims(at).detach());
    return shifted.sub(shifted.exp().sumKeepDims(at).log());
  }

  /// {@return cross-entropy of each row of logits with the class that is true: `log(sum(exp(x))) -
  /// x[target]`, in nats}
  ///
  /// | name   | shape      | dtype        |
  /// |--------|------------|--------------|
  /// | this   | `[..., C]` | f32, f64     |
  /// | target | `[...]`    | i32, i64     |
  /// | result | `[...]`    | same as this |
  ///
  /// Safe for any finite logits. Not reduced: take the mean, or a sum over the rows that count. A
  /// target outside `0 .. C-1` gives NaN in its row; `where` on the result masks it, the gradient
  /// too.
  ///
  /// @param target the true class of each row, i32 or i64
  /// @throws ShapeException if the shape of `target` is not that of this without its last axis
  /// @throws DTypeException if `target` is not i32 or i64
  default Tensor crossEntropyWithLogits(Tensor target) {
    Tensor x = self();
    int classes = x.dim(x.shape().axis("crossEntropyWithLogits", -1));
    Shape rows = Shape.of(java.util.Arrays.copyOf(x.shape().toArray(), x.rank() - 1));
    if (!target.shape().equals(rows)) {
      throw new ShapeException(
          "crossEntropyWithLogits: target "
              + target.shape()
              + " for logits "
              + x.shape()
              + ", expected "
              + rows);
    }
    Tensor.requireIndex("crossEntropyWithLogits", "target", target);
    Tensor shifted = x.sub(x.maxKeepDims(-1).detach());
    Tensor index = target.unsqueeze(-1);
    Tensor chosen = index.eq(Tensor.iota(classes, target.dtype(), x.device())).where(shifted, 0);
    Tensor loss = shifted.exp().sumKeepDims(-1).log().sub(chosen.sumKeepDims(-1));
    Tensor valid = index.gt(-1).and(index.lt(classes));
    return valid.where(loss, Double.NaN).squeeze(-1);
  }
}
