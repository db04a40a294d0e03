package jacquard.tensor;

import jacquard.tensor.graph.Op;

/// Selection by index tensors (i32 or i64).
///
/// Every index must be in `0 .. n-1` (negative ones don't count from the end), which is checked
/// when it runs: an [IndexException].
public sealed interface Indexing permits Tensor {
  /// {@return this tensor, for the methods of this family}
  Tensor self();

  /// {@return rows of this: `x[n, R...]`, `index[I...]` gives `[I..., R...]`}
  ///
  /// @param index indices, i32 or i64, each within the axis
  default Tensor gather(Tensor index) {
    return Tensor.apply(new Op.Gather(), self(), index);
  }

  /// {@return parts of `axis`: `x[L..., n, R...]`, `index[I...]` gives `[L..., I..., R...]`;
  /// NumPy's take}
  ///
  /// @param index indices, i32 or i64, each within the axis
  /// @param axis axis to work along; a negative one counts from the last
  default Tensor gather(Tensor index, int axis) {
    Tensor x = self();
    int at = x.shape().axis("gather", axis);
    int inner = index.rank();
    Tensor rows = x.permute(front(x.rank(), at)).gather(index);
    // rows is [I..., L..., R...]
    int[] order = new int[rows.rank()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i < at ? inner + i : i < at + inner ? i - at : i;
    }
    return rows.permute(order);
  }

  private static int[] front(int rank, int axis) {
    return Ints.range(rank).map((i, v) -> i == 0 ? axis : i <= axis ? i - 1 : i).toArray();
  }

  /// {@return parts of `axis` in the order of `index[k]`: the axis gets size `k`}
  ///
  /// @param index indices, i32 or i64, each within the axis
  /// @param axis axis to work along; a negative one counts from the last
  /// @throws ShapeException if `index` has not one axis
  default Tensor indexSelect(Tensor index, int axis) {
    if (index.rank() != 1) {
      throw new ShapeException("indexSelect: index " + index.shape() + ", expected one axis");
    }
    return gather(index, axis);
  }

  /// {@return one element of `axis` for each index: `y[..., k, ...] = x[..., index[..., k, ...],
  /// ...]`; NumPy's take_along_axis}
  ///
  /// @param index of the rank of this, and of equal sizes on every axis but `axis`
  /// @param axis axis to work along; a negative one counts from the last
  /// @throws ShapeException if it isn't
  default Tensor takeAlong(Tensor index, int axis) {
    Tensor x = self();
    int at = x.shape().axis("takeAlong", axis);
    int n = x.dim(at);
    if (index.rank() != x.rank() || !index.shape().withDim(at, n).equals(x.shape())) {
      throw new ShapeException(
          "takeAlong: index "
              + index.shape()
              + " into "
              + x.shape()
              + " along axis "
              + axis
              + ", expected equal sizes on every other axis");
    }
    Tensor.requireIndex("takeAlong", "index", index);
    if (x.rank() == 1) {
      return x.gather(index);
    }
    Tensor last = x.transpose(at, -1);
    Tensor i = index.transpose(at, -1);
    Shape result = i.shape();
    int rows = x.shape().withDim(at, 1).arraySize();
    Tensor column = i.reshape(rows, i.dim(-1));
    Tensor row = Tensor.iota(rows, index.dtype(), x.device()).mul(n).unsqueeze(1);
    // an index outside its row must not reach into another one: -1 is outside for the flat gather
    // too
    Tensor within = column.gt(-1).and(column.lt(n));
    Tensor flat = within.where(column.add(row), -1);
    return last.reshape(rows * n).gather(flat).reshape(result).transpose(at, -1);
  }

  /// {@return this with each row of `updates` (`[I..., R...]`) added at its index}
  ///
  /// @param index indices, i32 or i64, each within the axis
  /// @param updates a row for each index
  default Tensor scatterAdd(Tensor index, Tensor updates) {
    return Tensor.apply(new Op.ScatterAdd(), self(), index, updates);
  }

  /// {@return f32 `[I..., classes]` of these indices `[I...]` (any integer dtype): 1 at the index,
  /// 0 elsewhere} An index outside `0 .. classes-1` gives zeros only.
  ///
  /// @param classes size of the new axis
  default Tensor oneHot(int classes) {
    return oneHot(classes, DType.F32);
  }

  /// As [#oneHot(int)], in another dtype.
  ///
  /// @param classes size of the new axis
  /// @param dtype dtype of the result; bool gives true and false
  /// @return `[I..., classes]`
  default Tensor oneHot(int classes, DType dtype) {
    Tensor index = self();
    if (!index.dtype().isInteger()) {
      throw new DTypeException(
          "oneHot: not defined for " + index.dtype() + ", expected i32, i64 or u8; cast first");
    }
    // 256 classes don't fit u8
    Tensor wide = index.dtype() == DType.U8 ? index.cast(DType.I32) : index;
    return wide.unsqueeze(-1).eq(Tensor.iota(classes, wide.dtype(), index.device())).cast(dtype);
  }
}
