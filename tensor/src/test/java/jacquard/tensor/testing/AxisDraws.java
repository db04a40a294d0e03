package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Window;
import org.jspecify.annotations.Nullable;

/// Reductions, row patterns, sorts, contractions and indexing of drawn values.
final class AxisDraws {
  private final GraphPool pool;

  AxisDraws(GraphPool pool) {
    this.pool = pool;
  }

  @Nullable Tracked reduce() {
    Tracked x = pool.any(v -> GraphPool.ranked(v) && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    int first = pool.axis(x);
    int second = pool.random.nextBoolean() ? first : pool.axis(x);
    int[] axes = first == second ? new int[] {first} : new int[] {first, second};
    int n = x.tensor().dim(first) * (first == second ? 1 : x.tensor().dim(second));
    boolean keep = pool.random.nextInt(3) > 0;
    Tensor t = x.tensor();
    int kind = pool.random.nextInt(6);
    if (kind >= 3 && n == 0) {
      return null;
    }
    return switch (kind) {
      case 0, 1, 2 -> x.summed(keep ? t.sumKeepDims(axes) : t.sum(axes), n);
      case 3 -> x.moved(keep ? t.maxKeepDims(axes) : t.max(axes));
      case 4 -> x.moved(keep ? t.minKeepDims(axes) : t.min(axes));
      default -> n > 8 ? null : x.multiplied(keep ? t.prodKeepDims(axes) : t.prod(axes), n);
    };
  }

  @Nullable Tracked order() {
    Tracked x = pool.any(v -> GraphPool.ranked(v) && v.exact() && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    if (pool.random.nextBoolean()) {
      return Tracked.whole(
          Tensor.apply(new Op.ArgSort(pool.random.nextBoolean()), x.tensor()),
          0,
          Math.max(0, x.tensor().dim(-1) - 1));
    }
    int axis = pool.axis(x);
    int n = x.tensor().dim(axis);
    return n == 0 ? null : Tracked.whole(x.tensor().argmax(axis), 0, n - 1);
  }

  @Nullable Tracked cumsum() {
    Tracked x = pool.any(v -> GraphPool.ranked(v) && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    int axis = pool.axis(x);
    return x.summed(x.tensor().cumsum(axis), Math.max(1, x.tensor().dim(axis)));
  }

  /// Subtract the largest, exponentiate, divide by the sum. Attention of a small value to itself,
  /// the logarithms of its sums, or its gradient for the value as cotangent. The bounds are those
  /// of scores below 8.
  @Nullable Tracked attention() {
    Tracked x =
        pool.any(v -> {
          int size = v.tensor().shape().arraySize();
          return v.isFloat() && v.magnitude() <= 2 && size > 0 && size <= 64;
        });
    if (x == null) {
      return null;
    }
    int width = x.tensor().shape().arraySize() % 2 == 0 ? 2 : 1;
    int time = x.tensor().shape().arraySize() / width;
    Tensor q = x.tensor().reshape(1, time, 1, width);
    boolean causal = pool.random.nextBoolean();
    double rounding = 64 * Tolerance.epsilon(q.dtype());
    Tensor y = q.attentionWide(q, q, causal, 1);
    Tensor sums = Tensor.apply(new Op.AttentionLogSum(causal, 1), q, q, y);
    return switch (pool.random.nextInt(3)) {
      case 0 ->
          new Tracked(q.attention(q, q, causal, 1), x.lo(), x.hi(), 40 * (x.error() + rounding), 0);
      case 1 -> new Tracked(sums, -8, 8 + Math.log(time), 20 * (x.error() + rounding), 0);
      default -> {
        Tensor gradient = Tensor.apply(new Op.AttentionGradient(causal, 1), q, q, q, y, sums, q);
        double most = 80.0 * time;
        yield new Tracked(gradient, -most, most, 10 * most * (x.error() + rounding), 0);
      }
    };
  }

  @Nullable Tracked softmax() {
    Tracked x =
        pool.any(v ->
            v.isFloat()
                && GraphPool.ranked(v)
                && v.magnitude() <= 10
                && !v.tensor().shape().isEmpty());
    if (x == null) {
      return null;
    }
    return new Tracked(
        x.tensor().softmax(pool.axis(x)),
        0,
        1,
        4 * x.error() + 64 * Tolerance.epsilon(x.tensor().dtype()),
        0);
  }

  /// Subtract the mean, divide by the deviation: a row read by two reduces and again.
  @Nullable Tracked normalise() {
    Tracked x = pool.any(v -> v.isFloat() && GraphPool.ranked(v) && !v.tensor().shape().isEmpty());
    if (x == null) {
      return null;
    }
    int axis = pool.axis(x);
    int n = x.tensor().dim(axis);
    Tracked y = x.within(8);
    Tracked mean = y.summed(y.tensor().sumKeepDims(axis), n).mul(constant(y, 1.0 / n));
    Tracked centred = y.sub(mean);
    Tracked squares = centred.square();
    Tracked variance =
        squares.summed(squares.tensor().sumKeepDims(axis), n).mul(constant(y, 1.0 / n)).add(0.5, 1);
    // the interval arithmetic can't know that a sum of squares divided by n is at least 0
    Tracked bounded =
        new Tracked(variance.tensor(), 0.5, variance.hi(), variance.error(), variance.bits());
    return centred.mul(bounded.falling(Tensor::rsqrt, v -> 1 / Math.sqrt(v), 1.5, 2));
  }

  static Tracked constant(Tracked like, double value) {
    Tensor t = like.tensor();
    return new Tracked(
        Tensor.constant(t.dtype(), value, t.device()),
        value,
        value,
        Tolerance.epsilon(t.dtype()) * value,
        0);
  }

  @Nullable Tracked dot() {
    Tracked x = pool.any(v -> v.tensor().rank() >= 2 && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    int k = x.tensor().dim(-1);
    Tracked y =
        pool.any(v ->
            v.tensor().dtype() == x.tensor().dtype()
                && v.tensor().rank() >= 2
                && v.tensor().dim(-2) == k
                && (v.tensor().rank() == 2 || x.tensor().rank() == 2));
    boolean transposed = y == null;
    if (transposed) {
      // x by its own transpose, or by a fresh matrix
      y =
          x.tensor().rank() == 2 && pool.random.nextBoolean()
              ? x.moved(Tensor::t)
              : x.isFloat()
                  ? pool.floats(x.tensor().dtype(), Shape.of(k, pool.size()))
                  : pool.integers(x.tensor().dtype(), Shape.of(k, pool.size()));
    }
    if (x.tensor().size() * y.tensor().dim(-1) > 16L * GraphPool.LARGEST) {
      return null;
    }
    Tracked product = x.contracted(y, x.tensor().matmul(y.tensor()), Math.max(1, k));
    if (!product.isFloat() || !product.tame() || pool.random.nextBoolean()) {
      return product;
    }
    // an epilogue
    Tracked bias = pool.floats(product.tensor().dtype(), Shape.of(product.tensor().dim(-1)));
    return product.add(bias).rising(Tensor::tanh, Math::tanh, 1, 8);
  }

  /// A drawn value as `[N, C, H, W]`, or a fresh batch, large enough to fill vectors with images or
  /// not.
  private @Nullable Tracked image() {
    if (pool.random.nextInt(3) == 0) {
      int[] batches = {1, 2, 16, 29, 32};
      int n = batches[pool.random.nextInt(batches.length)];
      int channels = pool.random.nextInt(1, 9);
      int h = pool.random.nextInt(1, 5);
      int w = pool.random.nextInt(1, 5);
      return pool.floats(DType.F32, Shape.of(n, channels, h, w));
    }
    Tracked x =
        pool.any(v ->
            v.tensor().dtype() == DType.F32
                && v.tensor().rank() >= 2
                && v.tensor().rank() <= 4
                && !v.tensor().shape().isEmpty());
    if (x == null) {
      return null;
    }
    Tracked image = x;
    while (image.tensor().rank() < 4) {
      image = image.moved(t -> t.unsqueeze(t.rank() == 3 ? 1 : 0));
    }
    return image.tensor().dim(1) > 8 ? null : image;
  }

  @Nullable Tracked conv() {
    Tracked image = image();
    if (image == null) {
      return null;
    }
    Shape s = image.tensor().shape();
    int groups = s.dim(1) % 2 == 0 && pool.random.nextInt(4) == 0 ? 2 : 1;
    int channels = s.dim(1) / groups;
    int out = groups * pool.random.nextInt(1, 4);
    int kh = pool.random.nextInt(1, Math.min(3, s.dim(2)) + 1);
    int kw = pool.random.nextInt(1, Math.min(3, s.dim(3)) + 1);
    int strideH = pool.random.nextInt(1, 3);
    int strideW = pool.random.nextInt(1, 3);
    int pad = pool.random.nextInt(2);
    int dilation = 2 * kh - 1 <= s.dim(2) ? pool.random.nextInt(1, 3) : 1;
    Tracked filter = pool.floats(DType.F32, Shape.of(out, channels, kh, kw));
    Window w =
        new Window(
            s, filter.tensor().shape(), strideH, strideW, pad, 0, 0, pad, dilation, 1, groups);
    Tracked y =
        image.contracted(
            filter,
            Tensor.apply(new Op.Conv(ConvKind.FORWARD, w), image.tensor(), filter.tensor()),
            channels * kh * kw);
    return switch (pool.random.nextInt(4)) {
      case 0 ->
          y.contracted(
              filter,
              Tensor.apply(new Op.Conv(ConvKind.INPUT_GRADIENT, w), y.tensor(), filter.tensor()),
              out / groups * kh * kw);
      case 1 ->
          image.contracted(
              y,
              Tensor.apply(new Op.Conv(ConvKind.WEIGHT_GRADIENT, w), image.tensor(), y.tensor()),
              s.dim(0) * w.outH() * w.outW());
      default -> y;
    };
  }

  @Nullable Tracked convTransposed() {
    Tracked image = image();
    if (image == null) {
      return null;
    }
    int channels = image.tensor().dim(1);
    int kh = pool.random.nextInt(1, 4);
    int kw = pool.random.nextInt(1, 4);
    int stride = pool.random.nextInt(1, 3);
    int padding = kh == 3 && kw == 3 ? pool.random.nextInt(2) : 0;
    Tracked filter = pool.floats(DType.F32, Shape.of(channels, pool.random.nextInt(1, 4), kh, kw));
    Tensor y =
        image
            .tensor()
            .convTranspose2d(filter.tensor(), stride, padding, pool.random.nextInt(stride));
    return image.contracted(filter, y, channels * kh * kw);
  }

  /// Whole numbers made into indices of `rows`.
  @Nullable Tensor index(int rows) {
    Tracked n =
        pool.any(v ->
            v.tensor().rank() <= 2
                && (v.tensor().dtype() == DType.I32 || v.tensor().dtype() == DType.I64));
    return n == null || rows == 0 ? null : n.tensor().mod(rows);
  }

  @Nullable Tracked gather() {
    Tracked x = pool.any(v -> GraphPool.ranked(v) && v.tensor().rank() <= 3);
    Tensor index = x == null ? null : index(x.tensor().dim(0));
    return x == null || index == null || index.size() * x.tensor().size() > 16L * GraphPool.LARGEST
        ? null
        : x.moved(t -> t.gather(index));
  }

  @Nullable Tracked scatterAdd() {
    Tracked x =
        pool.any(
            v -> GraphPool.ranked(v) && v.tensor().rank() <= 3 && v.tensor().dtype() != DType.BOOL);
    Tensor index = x == null ? null : index(x.tensor().dim(0));
    if (x == null || index == null || index.size() * x.tensor().size() > 16L * GraphPool.LARGEST) {
      return null;
    }
    Tensor updates = x.tensor().flip(0).gather(index);
    return x.summed(x.tensor().scatterAdd(index, updates), index.size() + 1);
  }
}
