package jacquard.nn;

import jacquard.tensor.Tensor;

/// Element-wise functions as layers.
public enum Activation implements Layer {
  /// `max(x, 0)`.
  RELU,
  /// GELU in its tanh form.
  GELU,
  /// GELU in its exact form.
  GELU_ERF,
  /// `x * sigmoid(x)`.
  SILU,
  /// The hyperbolic tangent.
  TANH,
  /// `1 / (1 + e^-x)`.
  SIGMOID,
  /// `log(1 + e^x)`.
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
