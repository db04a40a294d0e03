package jacquard.nn;

import jacquard.tensor.Tensor;

/// `[N, ...]` to `[N, product of the rest]`.
public record Flatten() implements Layer {

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.flatten(1);
  }

  @Override
  public Parts parts() {
    return Parts.none();
  }
}
