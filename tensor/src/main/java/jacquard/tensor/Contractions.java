package jacquard.tensor;

import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Window;
import java.util.function.BinaryOperator;

/// Matrix products and convolutions.
public sealed interface Contractions permits Tensor {
  /// {@return this tensor, for the methods of this family}
  Tensor self();

  /// {@return matrix product: `[..., m, k]` by `[..., k, n]`, leading axes broadcast} A vector
  /// `[k]` is a row on the left and a column on the right, and its axis is dropped from the result.
  ///
  /// @param other the right matrix
  /// @throws ShapeException if one is a scalar, inner sizes differ, or leading axes don't broadcast
  default Tensor matmul(Tensor other) {
    return product(self(), other, (a, b) -> Tensor.apply(new Op.Dot(), a, b));
  }

  /// As [#matmul], but sums of products of f16 or bf16 are not rounded: the result is f32. Other
  /// dtypes stay.
  ///
  /// @param other the right matrix
  /// @return the product
  default Tensor matmulWide(Tensor other) {
    return product(self(), other, (a, b) -> Tensor.direct(new Op.Dot(), a, b));
  }

  private static Tensor product(Tensor a, Tensor other, BinaryOperator<Tensor> dot) {
    if (a.rank() < 1 || other.rank() < 1) {
      throw new ShapeException(
          "matmul: "
              + a.shape()
              + " by "
              + other.shape()
              + ", expected at least 1 axis each; use mul");
    }
    int k = a.dim(-1);
    int inner = other.dim(other.rank() == 1 ? -1 : -2);
    if (k != inner) {
      throw new ShapeException(
          "matmul: "
              + a.shape()
              + " by "
              + other.shape()
              + ": inner sizes "
              + k
              + " and "
              + inner
              + ", expected equal");
    }
    if (other.rank() == 1) {
      return product(a, other.unsqueeze(1), dot).squeeze(-1);
    }
    if (a.rank() == 1) {
      return product(a.unsqueeze(0), other, dot).squeeze(-2);
    }
    int m = a.dim(-2);
    int n = other.dim(-1);
    if (other.rank() == 2 && a.rank() > 2) {
      int rows = Math.toIntExact(k == 0 ? leading(a).size() * m : a.size() / k);
      int[] dims = a.shape().toArray();
      dims[dims.length - 1] = n;
      return dot.apply(a.reshape(rows, k), other).reshape(Shape.of(dims));
    }
    Shape batch = Shape.broadcast("matmul", leading(a), leading(other));
    return dot.apply(a.expand(with(batch, m, k)), other.expand(with(batch, k, n)));
  }

  /// {@return inner product of two vectors `[n]`, as a scalar}
  ///
  /// @param other the right vector
  /// @throws ShapeException if they are not vectors of one size
  default Tensor dot(Tensor other) {
    Tensor x = self();
    if (x.rank() != 1 || !x.shape().equals(other.shape())) {
      throw new ShapeException(
          "dot: " + x.shape() + " by " + other.shape() + ", expected two vectors of one size");
    }
    return x.mul(other).sum();
  }

  /// All products of the elements of two vectors: `[m]` and `[n]` give `[m, n]`.
  ///
  /// @param other the vector along the columns
  /// @return the products
  /// @throws ShapeException if one is no vector
  default Tensor outer(Tensor other) {
    Tensor x = self();
    if (x.rank() != 1 || other.rank() != 1) {
      throw new ShapeException(
          "outer: " + x.shape() + " by " + other.shape() + ", expected two vectors");
    }
    return x.unsqueeze(1).mul(other);
  }

  /// [#attention(Tensor, Tensor, boolean, double)] with scale `1 / sqrt(E)`.
  ///
  /// @param keys `[..., S, H, E]`
  /// @param values `[..., S, H, E]`
  /// @param causal whether position `t` sees only positions `0 .. t`
  /// @return `[..., T, H, E]`
  default Tensor attention(Tensor keys, Tensor values, boolean causal) {
    return attention(keys, values, causal, usualScale());
  }

  private double usualScale() {
    return 1 / Math.sqrt(Math.max(1, self().dim(-1)));
  }

  /// Scaled dot-product attention: for each head `softmax(scale q k^T) v`, where this holds the
  /// queries `q`.
  ///
  /// | name         | shape            | dtype               |
  /// |--------------|------------------|---------------------|
  /// | this, result | `[..., T, H, E]` | f32, f64, f16, bf16 |
  /// | keys, values | `[..., S, H, E]` | same as this        |
  ///
  /// The matrix of T by S scores is never stored where a device has a kernel for it: that reads the
  /// three in place through their strides, so parts of one projection `[B, T, 3, H, E]` are not
  /// copied.
  ///
  /// @param keys `[..., S, H, E]`
  /// @param values `[..., S, H, E]`
  /// @param causal whether query `t` sees only keys `0 .. t`
  /// @param scale what scores are multiplied by before the softmax
  /// @return `[..., T, H, E]`
  /// @throws ShapeException if a shape is another
  /// @throws DTypeException for anything but floats, or if the dtypes differ
  /// @see <a href="https://arxiv.org/abs/2307.08691">Dao: FlashAttention-2</a>
  default Tensor attention(Tensor keys, Tensor values, boolean causal, double scale) {
    Tensor y = attentionWide(keys, values, causal, scale);
    return self().dtype().isHalf() ? y.cast(self().dtype()) : y;
  }

  /// [#attentionWide(Tensor, Tensor, boolean, double)] with scale `1 / sqrt(E)`.
  ///
  /// @param keys `[..., S, H, E]`
  /// @param values `[..., S, H, E]`
  /// @param causal whether position `t` sees only positions `0 .. t`
  /// @return `[..., T, H, E]`
  default Tensor attentionWide(Tensor keys, Tensor values, boolean causal) {
    return attentionWide(keys, values, causal, usualScale());
  }

  /// As [#attention(Tensor, Tensor, boolean, double)], but sums of products of f16 or bf16 are not
  /// rounded: the result is f32. Other dtypes stay. What the values are weighed by is rounded to
  /// their dtype.
  ///
  /// @param keys `[..., S, H, E]`
  /// @param values `[..., S, H, E]`
  /// @param causal whether query `t` sees only keys `0 .. t`
  /// @param scale what scores are multiplied by before the softmax
  /// @return `[..., T, H, E]`
  default Tensor attentionWide(Tensor keys, Tensor values, boolean causal, double scale) {
    Tensor q = self();
    boolean fits =
        q.rank() >= 3
            && keys.rank() == q.rank()
            && keys.shape().equals(values.shape())
            && q.shape().withDim(-3, 0).equals(keys.shape().withDim(-3, 0));
    if (!fits) {
      throw new ShapeException(
          "attention: queries "
              + q.shape()
              + ", keys "
              + keys.shape()
              + ", values "
              + values.shape()
              + ", expected [..., T, H, E], [..., S, H, E] and [..., S, H, E]");
    }
    Op op = new Op.Attention(causal, scale);
    return Tensor.direct(op, oneBatch(q), oneBatch(keys), oneBatch(values)).reshape(q.shape());
  }

  /// `[..., T, H, E]` as `[B, T, H, E]`.
  private static Tensor oneBatch(Tensor x) {
    long batch = 1;
    for (int axis = 0; axis < x.rank() - 3; axis++) {
      batch *= x.dim(axis);
    }
    return x.reshape(Shape.of(Math.toIntExact(batch), x.dim(-3), x.dim(-2), x.dim(-1)));
  }

  private static Shape leading(Tensor x) {
    return Shape.of(java.util.Arrays.copyOf(x.shape().toArray(), x.rank() - 2));
  }

  private static Shape with(Shape batch, int m, int n) {
    int[] dims = java.util.Arrays.copyOf(batch.toArray(), batch.rank() + 2);
    dims[batch.rank()] = m;
    dims[batch.rank() + 1] = n;
    return Shape.of(dims);
  }

  /// {@return 2-D convolution of `[N, C, H, W]` with `filter[O, C, kh, kw]`, the same stride and
  /// zero padding on both axes}
  ///
  /// @param filter `[O, C, kh, kw]`
  /// @param stride places from one window to the next, on both axes
  /// @param padding zeros around each side
  default Tensor conv2d(Tensor filter, int stride, int padding) {
    return conv2d(
        filter,
        new Window(
            self().shape(),
            filter.shape(),
            stride,
            stride,
            padding,
            padding,
            padding,
            padding,
            1,
            1,
            1));
  }

  /// {@return 2-D convolution with any geometry}
  ///
  /// @param filter `[O, C, kh, kw]`
  /// @param window sizes, strides, padding, dilation and groups
  default Tensor conv2d(Tensor filter, Window window) {
    return Tensor.apply(new Op.Conv(ConvKind.FORWARD, window), self(), filter);
  }

  /// {@return 2-D transposed convolution of `[N, C, H, W]` with `filter[C, O, kh, kw]`: the input
  /// gradient of a convolution}
  ///
  /// @param filter `[C, O, kh, kw]`
  /// @param stride places from one window to the next, on both axes
  /// @param padding zeros around each side
  /// @param outputPadding rows and columns added at the bottom and right of the result, below
  ///   `stride`
  default Tensor convTranspose2d(Tensor filter, int stride, int padding, int outputPadding) {
    Tensor x = self();
    if (x.rank() != 4 || filter.rank() != 4) {
      throw new ShapeException(
          "convTranspose2d: "
              + x.shape()
              + " with filter "
              + filter.shape()
              + ", expected 4 axes each");
    }
    int h = (x.dim(2) - 1) * stride - 2 * padding + filter.dim(2) + outputPadding;
    int w = (x.dim(3) - 1) * stride - 2 * padding + filter.dim(3) + outputPadding;
    Shape image = Shape.of(x.dim(0), filter.dim(1), Math.max(h, 0), Math.max(w, 0));
    Window window =
        new Window(
            image, filter.shape(), stride, stride, padding, padding, padding, padding, 1, 1, 1);
    return Tensor.apply(new Op.Conv(ConvKind.INPUT_GRADIENT, window), x, filter);
  }
}
