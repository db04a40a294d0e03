package jacquard.nn;

import jacquard.tensor.Tensor;

/// A transformer's feed-forward part: `projection(GELU(fc(x)))`, then dropout.
///
/// @param fc widens
/// @param projection narrows again
public record Mlp(Linear fc, Linear projection, Activation activation, Dropout dropout)
    implements Layer {

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor hidden = activation.forward(fc.forward(x, pass), pass);
    return dropout.forward(projection.forward(hidden, pass), pass);
  }

  @Override
  public Parts parts() {
    return Parts.of(fc, projection);
  }
}
