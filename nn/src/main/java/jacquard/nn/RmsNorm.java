package jacquard.nn;

import jacquard.tensor.Tensor;

/// Division of the last axis by its root mean square: `x / sqrt(mean(x^2) + eps) * weight`.
///
/// @param weight `[dim]`
/// @see <a href="https://arxiv.org/abs/1910.07467">Zhang, Sennrich: Root mean square layer
///   normalization</a>
public record RmsNorm(Parameter weight, double eps) implements Layer {
  public static final double EPS = 1e-6;

  public static RmsNorm of(Init init, int dim) {
    return of(init, dim, EPS);
  }

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
