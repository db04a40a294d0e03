package jacquard.nn;

import jacquard.autograd.Gradients;
import jacquard.tensor.Key;
import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/// Penalties on the slope of a discriminator by its input. They are gradients themselves, so that
/// training by them takes second derivatives.
///
/// The discriminator must judge each example alone: no batch norm.
public final class GradientPenalty {
  /// Below the root, so that a slope of 0 has a gradient.
  private static final double EPS = 1e-12;

  private GradientPenalty() {}

  /// {@return mean of `(|slope| - 1)^2` at a random place between each real example and a drawn
  /// one: a scalar}
  ///
  /// @param discriminator examples `[B, ...]` to logits
  /// @param real scores, pictures or vectors of the data
  /// @param drawn those of what the generator made
  /// @param key of the places
  /// @throws ShapeException if real and drawn have different shapes
  /// @see <a href="https://arxiv.org/abs/1704.00028">Gulrajani et al.: Improved training of
  ///   Wasserstein GANs</a>
  public static Tensor between(
      UnaryOperator<Tensor> discriminator, Tensor real, Tensor drawn, Key key) {
    if (!real.shape().equals(drawn.shape())) {
      throw new ShapeException(
          "gradient penalty: real "
              + real.shape()
              + " and drawn "
              + drawn.shape()
              + ", expected equal shapes");
    }
    int[] each = new int[real.rank()];
    Arrays.fill(each, 1);
    each[0] = real.dim(0);
    Tensor share = Tensor.rand(real.dtype(), key, each);
    Tensor between = real.detach().mul(share).add(drawn.detach().mul(share.neg().add(1)));
    Tensor slope = squaredSlope(discriminator, between).add(EPS).sqrt();
    return slope.sub(1).square().mean();
  }

  /// {@return mean of `|slope|^2 / 2` at real examples (R1): a scalar}
  ///
  /// @param discriminator examples `[B, ...]` to logits
  /// @param real scores, pictures or vectors of the data
  /// @see <a href="https://arxiv.org/abs/1801.04406">Mescheder et al.: Which training methods for
  ///   GANs do actually converge?</a>
  public static Tensor atReal(UnaryOperator<Tensor> discriminator, Tensor real) {
    return squaredSlope(discriminator, real.detach()).mean().mul(0.5);
  }

  /// Of each example, `[B]`.
  private static Tensor squaredSlope(UnaryOperator<Tensor> discriminator, Tensor at) {
    Tensor slope = Gradients.of(discriminator.apply(at).sum(), at);
    return slope.reshape(at.dim(0), -1).square().sum(-1);
  }
}
