package jacquard.nn;

import jacquard.tensor.Tensor;

/// What a discriminator and a generator lower, by the discriminator's logits of real and drawn
/// pictures, `[B]` or `[B, 1]`.
public enum AdversarialLoss {
  /// Binary cross-entropy; the generator wants what it draws to be called real (non-saturating).
  ///
  /// @see <a href="https://arxiv.org/abs/1406.2661">Goodfellow et al.: Generative adversarial
  ///   networks</a>
  BCE,

  /// Half the squared distance from 1 for real and 0 for drawn.
  ///
  /// @see <a href="https://arxiv.org/abs/1611.04076">Mao et al.: Least squares generative
  ///   adversarial networks</a>
  LSGAN,

  /// How far real is below 1 and drawn above -1.
  ///
  /// @see <a href="https://arxiv.org/abs/1705.02894">Lim, Ye: Geometric GAN</a>
  HINGE,

  /// Mean of drawn less mean of real; means something only while the critic's slope is bounded, by
  /// a [GradientPenalty].
  ///
  /// @see <a href="https://arxiv.org/abs/1704.00028">Gulrajani et al.: Improved training of
  ///   Wasserstein GANs</a>
  WGAN;

  /// The discriminator's loss, a scalar.
  ///
  /// @param real scores, pictures or vectors of the data
  /// @param drawn those of what the generator made
  /// @param smoothing how far below 1 the target of real pictures lies (one-sided label smoothing);
  ///   0 for none
  /// @return the loss
  /// @throws IllegalArgumentException if `smoothing` isn't 0 and this loss has no target, or it is
  ///   outside 0 to 1
  public Tensor discriminator(Tensor real, Tensor drawn, double smoothing) {
    if (!(smoothing >= 0 && smoothing < 1) || (smoothing > 0 && !hasTargets())) {
      throw new IllegalArgumentException(
          "adversarial loss: label smoothing "
              + smoothing
              + ", expected 0 or more and below 1, and 0 for "
              + name().toLowerCase(java.util.Locale.ROOT));
    }
    return switch (this) {
      case BCE ->
          Loss.binaryCrossEntropy(real, 1 - smoothing, Reduction.MEAN)
              .add(Loss.binaryCrossEntropy(drawn, 0, Reduction.MEAN));
      case LSGAN -> real.sub(1 - smoothing).square().mean().add(drawn.square().mean()).mul(0.5);
      case HINGE -> real.neg().add(1).relu().mean().add(drawn.add(1).relu().mean());
      case WGAN -> drawn.mean().sub(real.mean());
    };
  }

  /// {@return the generator's loss, a scalar}
  ///
  /// @param drawn those of what the generator made
  public Tensor generator(Tensor drawn) {
    return switch (this) {
      case BCE -> Loss.binaryCrossEntropy(drawn, 1, Reduction.MEAN);
      case LSGAN -> drawn.sub(1).square().mean().mul(0.5);
      case HINGE, WGAN -> drawn.mean().neg();
    };
  }

  /// {@return the part of the pictures that are told right, a scalar from 0 to 1: real ones above
  /// the middle of the two targets and drawn ones below} For [#WGAN], which has no middle, the part
  /// of pairs in which the real picture is above the drawn one.
  ///
  /// @param real scores, pictures or vectors of the data
  /// @param drawn those of what the generator made
  public Tensor accuracy(Tensor real, Tensor drawn) {
    return switch (this) {
      case BCE, HINGE -> told(real, drawn, 0);
      case LSGAN -> told(real, drawn, 0.5);
      case WGAN -> real.gt(drawn).cast(real.dtype()).mean();
    };
  }

  private static Tensor told(Tensor real, Tensor drawn, double middle) {
    Tensor right = real.gt(middle).cast(real.dtype()).mean();
    return right.add(drawn.lt(middle).cast(real.dtype()).mean()).mul(0.5);
  }

  /// {@return whether real pictures have a target that can be smoothed}
  public boolean hasTargets() {
    return switch (this) {
      case BCE, LSGAN -> true;
      case HINGE, WGAN -> false;
    };
  }
}
