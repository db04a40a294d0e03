package jacquard.nn;

import jacquard.tensor.Tensor;

/// A low-rank addition to a weight that itself stays as it is: `alpha / rank * x a^T b^T`, `[...,
/// in]` to `[..., out]`. It starts at zero.
///
/// @param a `[rank, in]`, starts random
/// @param b `[out, rank]`, starts at 0
/// @param alpha numerator of the factor `alpha / rank` of the addition
/// @see <a href="https://arxiv.org/abs/2106.09685">Hu et al.: LoRA</a>
public record Lora(Parameter a, Parameter b, double alpha) implements Layer {
  /// What a model's additions are like.
  ///
  /// @param rank of the matrix that is added
  /// @param alpha what is added is `alpha / rank` times the product of both factors, so that a
  ///   learning rate that suits one rank suits others
  public record Config(int rank, double alpha) {
    /// How large an addition is.
    ///
    /// @throws IllegalArgumentException unless the rank is 1 or more and alpha above 0
    public Config {
      if (rank < 1 || !(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "lora: rank "
                + rank
                + " and alpha "
                + alpha
                + ", expected a rank of at least 1 and alpha above 0");
      }
    }
  }

  /// An addition for a weight `[out, in]`; its states are named after it.
  ///
  /// @param init the model's root, for the seed
  static Lora of(Init init, Parameter weight, Config config) {
    Init at = init.at(weight.name()).at("lora");
    return new Lora(
        at.parameter("a", Initialiser.standard(), config.rank, weight.shape().dim(1)),
        at.parameter("b", Initialiser.zeros(), weight.shape().dim(0), config.rank),
        config.alpha);
  }

  /// {@return rank and factor of this addition}
  public Config config() {
    return new Config(a.shape().dim(0), alpha);
  }

  private double scale() {
    return alpha / a.shape().dim(0);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor inner = pass.operand(x).matmulWide(pass.operand(pass.value(a)).t());
    return pass.operand(inner).matmulWide(pass.operand(pass.value(b)).t()).mul(scale());
  }

  /// What is added to the weight now, `[out, in]`.
  Tensor weight() {
    return b.value().matmul(a.value()).mul(scale());
  }

  @Override
  public Parts parts() {
    return Parts.of(a, b);
  }
}
