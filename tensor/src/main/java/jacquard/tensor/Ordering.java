package jacquard.tensor;

import jacquard.tensor.graph.Op;

/// Sorting along an axis, for all numeric dtypes. Sorts are stable, and NaN counts as the largest
/// value.
public sealed interface Ordering permits Tensor {
  /// {@return this tensor, for the methods of this family}
  Tensor self();

  /// The largest elements and where they were.
  ///
  /// @param values of the tensor's dtype, in descending order
  /// @param indices i32, of the same shape
  record TopK(Tensor values, Tensor indices) {}

  /// {@return i32 indices that sort `axis`, in the shape of this}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param descending whether the largest come first
  /// @throws ShapeException if `axis` is outside `-rank .. rank-1`
  default Tensor argsort(int axis, boolean descending) {
    int at = self().shape().axis("argsort", axis);
    return sorted(self().transpose(at, -1), descending).transpose(at, -1);
  }

  /// {@return [#argsort(int, boolean)] in ascending order}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  default Tensor argsort(int axis) {
    return argsort(axis, false);
  }

  /// {@return the elements of `axis` in order}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param descending whether the largest come first
  /// @throws ShapeException if `axis` is outside `-rank .. rank-1`
  default Tensor sort(int axis, boolean descending) {
    int at = self().shape().axis("sort", axis);
    Tensor last = self().transpose(at, -1);
    return last.takeAlong(sorted(last, descending), -1).transpose(at, -1);
  }

  /// {@return [#sort(int, boolean)] in ascending order}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  default Tensor sort(int axis) {
    return sort(axis, false);
  }

  /// {@return the `k` largest elements of `axis`, in descending order; of equal ones the first}
  ///
  /// @param k how many
  /// @param axis axis to work along; a negative one counts from the last
  /// @throws ShapeException if `k` is not in `0 .. dim(axis)`
  default TopK topK(int k, int axis) {
    Tensor x = self();
    int at = x.shape().axis("topK", axis);
    if (k < 0 || k > x.dim(at)) {
      throw new ShapeException(
          "topK: " + k + " of axis " + axis + " of " + x.shape() + ", expected 0 to " + x.dim(at));
    }
    Tensor last = x.transpose(at, -1);
    Tensor indices = sorted(last, true).slice(-1, 0, k);
    return new TopK(last.takeAlong(indices, -1).transpose(at, -1), indices.transpose(at, -1));
  }

  private static Tensor sorted(Tensor x, boolean descending) {
    return Tensor.apply(new Op.ArgSort(descending), x);
  }
}
