package jacquard.nn;

import jacquard.tensor.Tensor;

/// Element-wise functions as layers.
public enum Activation implements Layer {
  RELU,
  /// GELU in its tanh form.
  GELU,
  /// GELU in its exact form.
  GELU_ERF,
  SILU,
  TANH,
  SIGMOID,
  SOFTPLUS;

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return switch (this) {
      case RELU -> x.relu();
      case GELU -> x.gelu();
      case GELU_ERF -> x.geluErf();
      case SILU -> x.silu();
      case TANH -> x.tanh();
      case SIGMOID -> x.sigmoid();
      case SOFTPLUS -> x.softplus();
    };
  }

  @Override
  public Parts parts() {
    return Parts.none();
  }
}
