package jacquard.tensor;

import jacquard.tensor.graph.Op;

/// Selection by index tensors (i32 or i64).
public sealed interface Indexing permits Tensor {
  Tensor self();

  /// Rows of this: `x[n, R...]`, `index[I...]` gives `[I..., R...]`. Every index must be in `0 .. n-1`, which is checked when it runs.
  default Tensor gather(Tensor index) {
    return Tensor.apply(new Op.Gather(), self(), index);
  }

  /// This with each row of `updates` (`[I..., R...]`) added at its index.
  default Tensor scatterAdd(Tensor index, Tensor updates) {
    return Tensor.apply(new Op.ScatterAdd(), self(), index, updates);
  }
}
