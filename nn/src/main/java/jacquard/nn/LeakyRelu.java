package jacquard.nn;

import jacquard.tensor.Tensor;

/// `x` above 0, else `slope * x`.
///
/// @param slope what values below 0 are multiplied by
public record LeakyRelu(double slope) implements Layer {

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.leakyRelu(slope);
  }

  @Override
  public Parts parts() {
    return Parts.none();
  }
}
