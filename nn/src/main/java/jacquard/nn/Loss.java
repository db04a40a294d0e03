package jacquard.nn;

import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;

/// Losses. Where a loss is of rows, [Reduction#NONE] gives one value for each row, else one for
/// each element.
public final class Loss {
  private Loss() {}

  /// Mean cross-entropy of logits `[..., C]` with the true classes, i32 or i64 `[...]`, in nats.
  ///
  /// @param logits scores before the softmax or sigmoid
  /// @param target what should have come out
  /// @return the loss, a scalar
  public static Tensor crossEntropy(Tensor logits, Tensor target) {
    return logits.crossEntropyWithLogits(target).mean();
  }

  /// Cross-entropy of logits `[..., C]` with the true classes, i32 or i64 `[...]`, in nats. NaN for
  /// a class outside `0 .. C-1`.
  ///
  /// @param logits scores before the softmax or sigmoid
  /// @param target what should have come out
  /// @param reduction mean, sum or none
  /// @return the loss, a scalar
  public static Tensor crossEntropy(Tensor logits, Tensor target, Reduction reduction) {
    return reduction.of(logits.crossEntropyWithLogits(target));
  }

  /// Cross-entropy of logits `[..., C]` with the true classes, i32 or i64 `[...]`, in nats.
  ///
  /// Rows whose class is `ignore` count for nothing: their loss is 0 and the mean is over the
  /// others (NaN if there are none).
  ///
  /// @param logits scores before the softmax or sigmoid
  /// @param target what should have come out
  /// @param reduction mean, sum or none
  /// @param ignore a class number that marks a row without one; need not be a class
  /// @param smoothing part of the probability that is spread evenly over all classes, 0 to 1
  /// @return the loss, a scalar
  /// @throws IllegalArgumentException if `smoothing` is outside 0 to 1
  public static Tensor crossEntropy(
      Tensor logits, Tensor target, Reduction reduction, int ignore, double smoothing) {
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException(
          "crossEntropy: smoothing " + smoothing + ", expected 0 to 1");
    }
    Tensor rows = logits.crossEntropyWithLogits(target);
    if (smoothing > 0) {
      Tensor spread = logits.logSumExp(-1).sub(logits.mean(-1));
      rows = rows.mul(1 - smoothing).add(spread.mul(smoothing));
    }
    Tensor counted = target.ne(ignore);
    Tensor masked = counted.where(rows, 0);
    return switch (reduction) {
      case NONE -> masked;
      case SUM -> masked.sum();
      case MEAN -> masked.sum().div(counted.cast(logits.dtype()).sum());
    };
  }

  /// Binary cross-entropy of logits with targets of the same shape and dtype, 0 to 1, in nats:
  /// `softplus(x) - x t`.
  ///
  /// @param logits scores before the softmax or sigmoid
  /// @param target what should have come out
  /// @param reduction mean, sum or none
  /// @return the loss, a scalar
  public static Tensor binaryCrossEntropy(Tensor logits, Tensor target, Reduction reduction) {
    same("binaryCrossEntropy", logits, target);
    return reduction.of(logits.softplus().sub(logits.mul(target)));
  }

  /// The same with one target for all, as a GAN's losses have.
  ///
  /// @param logits scores before the softmax or sigmoid
  /// @param target what should have come out
  /// @param reduction mean, sum or none
  /// @return the loss, a scalar
  public static Tensor binaryCrossEntropy(Tensor logits, double target, Reduction reduction) {
    if (target == 0) {
      return reduction.of(logits.softplus());
    }
    return reduction.of(
        target == 1 ? logits.neg().softplus() : logits.softplus().sub(logits.mul(target)));
  }

  /// `(x - target)^2`.
  ///
  /// @param x what came out
  /// @param target what should have come out
  /// @param reduction mean, sum or none
  /// @return the loss, a scalar
  public static Tensor meanSquared(Tensor x, Tensor target, Reduction reduction) {
    same("meanSquared", x, target);
    return reduction.of(x.sub(target).square());
  }

  /// `|x - target|`; the gradient is 0 where they are equal.
  ///
  /// @param x what came out
  /// @param target what should have come out
  /// @param reduction mean, sum or none
  /// @return the loss, a scalar
  public static Tensor absolute(Tensor x, Tensor target, Reduction reduction) {
    same("absolute", x, target);
    return reduction.of(x.sub(target).abs());
  }

  /// With `d = |x - target|`: `d^2 / 2` below `delta`, else `delta (d - delta / 2)`.
  ///
  /// @param x what came out
  /// @param target what should have come out
  /// @param delta from where on it is linear
  /// @param reduction mean, sum or none
  /// @return the loss, a scalar
  /// @throws IllegalArgumentException unless `delta` is above 0
  public static Tensor huber(Tensor x, Tensor target, double delta, Reduction reduction) {
    same("huber", x, target);
    if (!(delta > 0)) {
      throw new IllegalArgumentException("huber: delta " + delta + ", expected above 0");
    }
    Tensor distance = x.sub(target).abs();
    Tensor square = distance.square().mul(0.5);
    return reduction.of(distance.lt(delta).where(square, distance.sub(delta / 2).mul(delta)));
  }

  /// [#huber] divided by `beta`: `d^2 / (2 beta)` below `beta`, else `d - beta / 2`.
  ///
  /// @param x what came out
  /// @param target what should have come out
  /// @param beta from where on it is linear
  /// @param reduction mean, sum or none
  /// @return the loss, a scalar
  /// @throws IllegalArgumentException unless `beta` is above 0
  public static Tensor smoothAbsolute(Tensor x, Tensor target, double beta, Reduction reduction) {
    return huber(x, target, beta, reduction).div(beta);
  }

  /// Divergence from the standard normal distribution of independent normal ones, in nats: `(mu^2 +
  /// e^v - 1 - v) / 2` with `v = log(variance)`, for each element.
  ///
  /// @param mu means
  /// @param logVariance logarithms of the variances, in the shape of `mu`
  /// @param reduction mean, sum or none
  /// @return the divergence, a scalar
  public static Tensor gaussianDivergence(Tensor mu, Tensor logVariance, Reduction reduction) {
    same("gaussianDivergence", mu, logVariance);
    return reduction.of(mu.square().add(logVariance.exp()).sub(logVariance).sub(1).mul(0.5));
  }

  /// Divergence `sum(p log(p / q))` of each row `[..., C]`, in nats, with `p = softmax(logits)` and
  /// `q = softmax(other)`.
  ///
  /// @param logits scores before the softmax or sigmoid
  /// @param other logits of the second distribution
  /// @param reduction mean, sum or none
  /// @return the divergence, a scalar
  public static Tensor categoricalDivergence(Tensor logits, Tensor other, Reduction reduction) {
    same("categoricalDivergence", logits, other);
    Tensor logP = logits.logSoftmax(-1);
    return reduction.of(logP.exp().mul(logP.sub(other.logSoftmax(-1))).sum(-1));
  }

  // Broadcasting here is nearly always a mistake, such as [N, 1] against [N].
  private static void same(String op, Tensor x, Tensor target) {
    Shape shape = x.shape();
    if (!shape.equals(target.shape())) {
      throw new ShapeException(
          op + ": shapes " + shape + " and " + target.shape() + ", expected equal; reshape one");
    }
  }
}
