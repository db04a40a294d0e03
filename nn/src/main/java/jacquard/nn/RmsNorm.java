package jacquard.nn;

import jacquard.tensor.Tensor;

/// Division of the last axis by its root mean square: `x / sqrt(mean(x^2) + eps) * weight`.
///
/// @param weight `[dim]`
/// @param eps what keeps a division from being one by 0
/// @see <a href="https://arxiv.org/abs/1910.07467">Zhang, Sennrich: Root mean square layer
///   normalization</a>
public record RmsNorm(Parameter weight, double eps) implements Layer {
  public static final double EPS = 1e-6;

  /// {@return a layer of weights 1, with an epsilon of 1e-5}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param dim size of the last axis
  public static RmsNorm of(Init init, int dim) {
    return of(init, dim, EPS);
  }

  /// {@return a layer of weights 1}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param dim size of the last axis
  /// @param eps what keeps a division from being one by 0
  public static RmsNorm of(Init init, int dim, double eps) {
    return new RmsNorm(init.parameter("weight", Initialiser.ones(), dim), eps);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.rmsNorm(-1, pass.value(weight), eps);
  }

  @Override
  public Parts parts() {
    return Parts.of(weight);
  }
}
