package jacquard.tensor;

/// Composites used as activations: each one expression over primitives.
public sealed interface Activations permits Tensor {
  Tensor self();

  /// `max(x, 0)`; the gradient at 0 is 0.
  default Tensor relu() {
    Tensor x = self();
    Tensor zero = Tensor.constant(x.dtype(), 0.0, x.device());
    return zero.lt(x).where(x, zero);
  }

  /// Softmax along `axis`: `y = exp(x - max(x)) / sum(exp(x - max(x)))`.
  ///
  /// @param axis axis that sums to 1; negative counts from the last
  default Tensor softmax(int axis) {
    Tensor x = self();
    Tensor e = x.sub(x.maxKeepDims(axis).detach()).exp();
    return e.div(e.sumKeepDims(axis));
  }

  /// `log(softmax(x))` along `axis`, without its underflow.
  default Tensor logSoftmax(int axis) {
    Tensor x = self();
    Tensor shifted = x.sub(x.maxKeepDims(axis).detach());
    return shifted.sub(shifted.exp().sumKeepDims(axis).log());
  }
}
