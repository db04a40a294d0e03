package jacquard.nn;

import jacquard.tensor.Tensor;

/// A layer whose weight is divided by its largest singular value, so that the layer stretches no
/// vector (as a matrix of `[out, everything else]`).
///
/// The singular value is `|W^T u|` with a left singular vector `u` that every training pass brings
/// nearer by one step of the power iteration, beginning with the one that the pass before left. The
/// gradient flows through the division and takes `u` as constant. An evaluation pass uses `u` as it
/// is.
///
/// @param layer reads `weight`
/// @param weight of the layer, its outputs on axis 0
/// @param left singular vector `[out]`, of any length above 0
/// @see <a href="https://arxiv.org/abs/1802.05957">Miyato et al.: Spectral normalization for
///   generative adversarial networks</a>
public record SpectralNorm(Layer layer, Parameter weight, Statistic left) implements Layer {
  private static final double EPS = 1e-12;

  /// {@return a linear layer with a weight of spectral norm 1}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param layer whose weight is divided by its largest singular value
  public static SpectralNorm of(Init init, Linear layer) {
    return of(init, layer, layer.weight());
  }

  /// {@return a convolution with a weight of spectral norm 1}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param layer whose weight is divided by its largest singular value
  public static SpectralNorm of(Init init, Conv2d layer) {
    return of(init, layer, layer.weight());
  }

  /// {@return a table with a spectral norm of 1}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param layer whose weight is divided by its largest singular value
  public static SpectralNorm of(Init init, Embedding layer) {
    return of(init, layer, layer.weight());
  }

  private static SpectralNorm of(Init init, Layer layer, Parameter weight) {
    int out = weight.shape().dim(0);
    return new SpectralNorm(
        layer, weight, init.statistic("left_singular", Initialiser.normal(1), out));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor own = pass.value(weight);
    pass.assume(weight, own.mul(scale(own, pass)));
    Tensor y = layer.forward(x, pass);
    pass.assume(weight, own); // what the optimiser reads and gradients are asked for
    return y;
  }

  /// One over the singular value.
  private Tensor scale(Tensor own, Pass pass) {
    Tensor matrix = own.reshape(own.dim(0), -1);
    Tensor u = pass.value(left).reshape(1, -1);
    if (pass.isTraining()) {
      Tensor fixed = matrix.detach();
      Tensor right = u.matmul(fixed).normalize(-1, EPS);
      u = right.matmul(fixed.t()).detach();
      pass.update(left, u.normalize(-1, EPS).reshape(left.shape()));
    }
    return u.normalize(-1, EPS).matmul(matrix).square().sum().add(EPS).rsqrt();
  }

  @Override
  public Parts parts() {
    return Parts.of(layer, left);
  }
}
