package jacquard.nn;

import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;

/// Normalisation of each example of `[N, C, ...]` in groups of channels; with one group a layer
/// norm of whole examples.
///
/// Unlike [BatchNorm] an example's result depends on no other example, which a gradient penalty
/// asks for.
///
/// @param weight `[C]`
/// @param bias `[C]`
/// @param groups divide the channels
/// @param eps what keeps a division from being one by 0
/// @see <a href="https://arxiv.org/abs/1803.08494">Wu, He: Group normalization</a>
public record GroupNorm(Parameter weight, Parameter bias, int groups, double eps) implements Layer {
  public static final double EPS = 1e-5;

  /// Refuses groups that don't divide the channels.
  ///
  /// @throws IllegalArgumentException if `groups` doesn't divide the channels
  public GroupNorm {
    int channels = weight.shape().dim(0);
    if (groups < 1 || channels % groups != 0) {
      throw new IllegalArgumentException(
          "groupNorm: "
              + groups
              + " groups of "
              + channels
              + " channels, expected a number that divides them");
    }
  }

  /// {@return a layer of weights 1 and biases 0, with PyTorch's epsilon}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param channels size of axis 1
  /// @param groups number of groups
  public static GroupNorm of(Init init, int channels, int groups) {
    return new GroupNorm(
        init.parameter("weight", Initialiser.ones(), channels),
        init.parameter("bias", Initialiser.zeros(), channels),
        groups,
        EPS);
  }

  /// @throws ShapeException if `x` has fewer than 2 axes or another number of channels
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    int channels = weight.shape().dim(0);
    if (x.rank() < 2 || x.dim(1) != channels) {
      throw new ShapeException(
          "groupNorm: shape " + x.shape() + ", expected [N, " + channels + ", ...]");
    }
    Shape along = Channels.shape(x.rank(), channels);
    return x.reshape(x.dim(0), groups, -1)
        .layerNorm(-1, eps)
        .reshape(x.shape().toArray())
        .mul(pass.value(weight).reshape(along))
        .add(pass.value(bias).reshape(along));
  }

  @Override
  public Parts parts() {
    return Parts.of(weight, bias);
  }
}
