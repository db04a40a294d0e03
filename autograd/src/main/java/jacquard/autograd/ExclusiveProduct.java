package jacquard.autograd;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;

/// The product of all other elements: the derivative of a product by each of its factors.
///
/// `prod(x) / x` is wrong at zeros, and masking the zeros makes the second derivative wrong. Here
/// pairs are multiplied, the products of all other pairs are found in the same way, and each
/// element takes those times its partner: nothing is divided, so every order of derivative is right
/// for any number of zeros. The work is linear in `n`, the graph has some six nodes a doubling of
/// `n`.
final class ExclusiveProduct {
  private ExclusiveProduct() {}

  /// @param x factors
  /// @param axes what is multiplied over, ascending
  /// @return shaped like `x`: at each element, the product over `axes` of all others
  static Tensor of(Tensor x, Ints axes) {
    int[] order = new int[x.rank()];
    int[] inverse = new int[x.rank()];
    int[] dims = new int[x.rank()];
    int kept = x.rank() - axes.length();
    int reduced = 0;
    for (int axis = 0; axis < x.rank(); axis++) {
      int to = axes.contains(axis) ? kept + reduced++ : axis - reduced;
      order[to] = axis;
      inverse[axis] = to;
      dims[to] = x.dim(axis);
    }
    int n = 1;
    for (int i = 0; i < axes.length(); i++) {
      n *= x.dim(axes.get(i));
    }
    Tensor rows = x.permute(order).reshape((int) (x.size() / n), n);
    return others(rows).reshape(Shape.of(dims)).permute(inverse);
  }

  // x and the result are [R, n]
  private static Tensor others(Tensor x) {
    int rows = x.dim(0);
    int n = x.dim(1);
    if (n == 1) {
      return Tensor.constant(x.dtype(), 1.0, x.device()).expand(x.shape());
    }
    if (n == 2) {
      return x.flip(1);
    }
    int half = (n + 1) / 2;
    Tensor pairs =
        x.pad(Ints.of(0, 0), Ints.of(0, 2 * half - n), Ints.of(0, 0), 1).reshape(rows, half, 2);
    Tensor outside = others(pairs.prod(2)).unsqueeze(2);
    return pairs.flip(2).mul(outside).reshape(rows, 2 * half).slice(1, 0, n);
  }
}
