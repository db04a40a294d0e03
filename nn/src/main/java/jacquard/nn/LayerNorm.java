package jacquard.nn;

import jacquard.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Layer normalisation of the last axis: `(x - mean) / sqrt(variance + eps) * weight + bias`.
///
/// @param weight `[dim]`
/// @param bias `[dim]`, or null for none
/// @param eps what keeps a division from being one by 0
/// @see <a href="https://arxiv.org/abs/1607.06450">Ba et al.: Layer normalization</a>
public record LayerNorm(Parameter weight, @Nullable Parameter bias, double eps) implements Layer {
  public static final double EPS = 1e-5;

  /// With a bias.
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param dim size of the last axis
  /// @return the layer
  public static LayerNorm of(Init init, int dim) {
    return of(init, dim, true);
  }

  /// {@return a layer of weights 1, with biases 0 or without, and PyTorch's epsilon}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param dim size of the last axis
  /// @param bias whether there are biases
  public static LayerNorm of(Init init, int dim, boolean bias) {
    return of(init, dim, bias, EPS);
  }

  /// {@return a layer of weights 1, with biases 0 or without}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param dim size of the last axis
  /// @param bias whether there are biases
  /// @param eps what keeps a division from being one by 0
  public static LayerNorm of(Init init, int dim, boolean bias, double eps) {
    return new LayerNorm(
        init.parameter("weight", Initialiser.ones(), dim),
        bias ? init.parameter("bias", Initialiser.zeros(), dim) : null,
        eps);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = x.layerNorm(-1, eps).mul(pass.value(weight));
    return bias == null ? y : y.add(pass.value(bias));
  }

  @Override
  public Parts parts() {
    return Parts.of(weight, bias);
  }
}
