package jacquard.tensor;

import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.ReduceKind;

/// Reductions over any axes; no axes named means all. The reduced axes are dropped, or kept with
/// size 1 by the `KeepDims` forms.
public sealed interface Reductions permits Tensor {
  /// {@return this tensor, for the methods of this family}
  Tensor self();

  private Tensor reduce(ReduceKind kind, boolean keepDims, int[] axes) {
    Tensor x = self();
    Ints sorted = axes(kind.toString(), x, axes);
    Tensor reduced = sorted.length() == 0 ? x : Tensor.apply(new Op.Reduce(kind, sorted), x);
    return keepDims ? reduced : drop(reduced, sorted);
  }

  private static Ints axes(String op, Tensor x, int[] axes) {
    if (axes.length == 0) {
      return Ints.range(x.rank());
    }
    int[] sorted = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      sorted[i] = x.shape().axis(op, axes[i]);
    }
    java.util.Arrays.sort(sorted);
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        throw new ShapeException(
            op + ": axes " + Ints.of(axes) + " of shape " + x.shape() + ", expected each once");
      }
    }
    return Ints.of(sorted);
  }

  private static Tensor drop(Tensor x, Ints axes) {
    int[] dims = new int[x.rank() - axes.length()];
    int n = 0;
    for (int i = 0; i < x.rank(); i++) {
      if (!axes.contains(i)) {
        dims[n++] = x.dim(i);
      }
    }
    return x.reshape(Shape.of(dims));
  }

  /// {@return sum over `axes`, which are dropped}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor sum(int... axes) {
    return reduce(ReduceKind.SUM, false, axes);
  }

  /// {@return sum over `axes`, which stay with size 1}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor sumKeepDims(int... axes) {
    return reduce(ReduceKind.SUM, true, axes);
  }

  /// {@return largest element over `axes`, which are dropped; NaN if one is}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor max(int... axes) {
    return reduce(ReduceKind.MAX, false, axes);
  }

  /// {@return largest element over `axes`, which stay with size 1; NaN if one is}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor maxKeepDims(int... axes) {
    return reduce(ReduceKind.MAX, true, axes);
  }

  /// {@return smallest element over `axes`, which are dropped; NaN if one is}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor min(int... axes) {
    return reduce(ReduceKind.MIN, false, axes);
  }

  /// {@return smallest element over `axes`, which stay with size 1; NaN if one is}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor minKeepDims(int... axes) {
    return reduce(ReduceKind.MIN, true, axes);
  }

  /// {@return product over `axes`, which are dropped}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor prod(int... axes) {
    return reduce(ReduceKind.PROD, false, axes);
  }

  /// {@return product over `axes`, which stay with size 1}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor prodKeepDims(int... axes) {
    return reduce(ReduceKind.PROD, true, axes);
  }

  /// {@return arithmetic mean; float dtypes}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor mean(int... axes) {
    double n = count("mean", axes);
    return sum(axes).div(n);
  }

  /// {@return [#mean] with the reduced axes kept with size 1}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor meanKeepDims(int... axes) {
    double n = count("mean", axes);
    return sumKeepDims(axes).div(n);
  }

  private double count(String op, int[] axes) {
    Tensor x = self();
    if (!x.dtype().isFloat()) {
      throw new DTypeException(
          op + ": not defined for " + x.dtype() + ", expected f32 or f64; cast first");
    }
    Ints sorted = axes(op, x, axes);
    double n = 1;
    for (int i = 0; i < sorted.length(); i++) {
      n *= x.dim(sorted.get(i));
    }
    return n;
  }

  /// {@return population variance (divides by the count); float dtypes}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor variance(int... axes) {
    return drop(varianceKeepDims(axes), axes("variance", self(), axes));
  }

  /// {@return [#variance] with the reduced axes kept with size 1}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor varianceKeepDims(int... axes) {
    Tensor x = self();
    double n = count("variance", axes);
    return x.sub(x.meanKeepDims(axes)).square().sumKeepDims(axes).div(n);
  }

  /// {@return square root of the population variance; float dtypes} Its gradient is NaN where all
  /// elements are equal.
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor std(int... axes) {
    return drop(stdKeepDims(axes), axes("std", self(), axes));
  }

  /// {@return [#std] with the reduced axes kept with size 1}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor stdKeepDims(int... axes) {
    count("std", axes);
    return varianceKeepDims(axes).sqrt();
  }

  /// {@return whether any element is not 0 (or true), bool; false for no elements} All dtypes; NaN
  /// is not 0.
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor any(int... axes) {
    axes("any", self(), axes);
    return self().cast(DType.BOOL).cast(DType.I32).sum(axes).cast(DType.BOOL);
  }

  /// {@return whether all elements are not 0 (or true), bool; true for no elements} All dtypes; NaN
  /// is not 0.
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor all(int... axes) {
    axes("all", self(), axes);
    return self().eq(0).cast(DType.I32).sum(axes).eq(0);
  }

  /// {@return i32 index of the first largest element along `axis`, which is dropped}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  default Tensor argmax(int axis) {
    int at = self().shape().axis("argmax", axis);
    return Tensor.apply(new Op.ArgMax(at), self()).squeeze(at);
  }

  /// {@return i32 index of the first smallest element along `axis`, which is dropped; the first NaN
  /// wins}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  default Tensor argmin(int axis) {
    Tensor x = self();
    // the complement turns the order of integers round without overflow, where negation would not
    int at = x.shape().axis("argmin", axis);
    return (x.dtype().isInteger() ? x.not() : x.neg()).argmax(at);
  }

  /// {@return running sum along `axis`}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  default Tensor cumsum(int axis) {
    return Tensor.apply(new Op.Cumsum(self().shape().axis("cumsum", axis)), self());
  }

  /// {@return running product along `axis`, the element itself included, by doubling:
  /// `ceil(log2(n))` products of shifted parts}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  default Tensor cumprod(int axis) {
    Tensor y = self();
    int at = y.shape().axis("cumprod", axis);
    int n = y.dim(at);
    Ints none = Ints.filled(y.rank(), 0);
    for (int shift = 1; shift < n; shift *= 2) {
      int by = shift;
      y = y.mul(y.slice(at, 0, n - by).pad(none.map((i, v) -> i == at ? by : v), none, none, 1));
    }
    return y;
  }

  /// {@return `log(sum(exp(x)))` along `axes`, which are dropped; safe for large x and for
  /// infinities}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor logSumExp(int... axes) {
    Tensor kept = logSumExpKeepDims(axes);
    return drop(kept, axes("logSumExp", self(), axes));
  }

  /// {@return [#logSumExp] with the reduced axes kept with size 1}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor logSumExpKeepDims(int... axes) {
    Tensor x = self();
    axes("logSumExp", x, axes);
    Tensor max = x.maxKeepDims(axes).detach();
    // infinity minus itself would be NaN
    max = max.isFinite().where(max, 0);
    return x.sub(max).exp().sumKeepDims(axes).log().add(max);
  }
}
