package jacquard.nn;

import jacquard.tensor.Tensor;

/// `x + inner(x)`.
///
/// @param inner what is added to its own input
public record Residual(Layer inner) implements Layer {

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.add(inner.forward(x, pass));
  }

  @Override
  public Parts parts() {
    return Parts.of(inner);
  }
}
