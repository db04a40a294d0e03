package jacquard.nn;

import jacquard.tensor.Tensor;

/// `x` above 0, else `slope * x`.
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
