package jacquard.nn;

import jacquard.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// `x weight^T + bias`: `[..., in]` to `[..., out]`.
///
/// @param weight `[out, in]`
/// @param bias `[out]`, or null for none
public record Linear(Parameter weight, @Nullable Parameter bias) implements Layer {

  /// With a bias, both uniform within `1 / sqrt(in)`.
  public static Linear of(Init init, int in, int out) {
    return of(init, in, out, Initialiser.standard(), Initialiser.uniform(1 / Math.sqrt(in)));
  }

  /// Without a bias.
  public static Linear of(Init init, int in, int out, Initialiser weight) {
    return of(init, in, out, weight, null);
  }

  /// @param bias null for a layer without bias
  public static Linear of(
      Init init, int in, int out, Initialiser weight, @Nullable Initialiser bias) {
    return new Linear(
        init.parameter("weight", weight, out, in),
        bias == null ? null : init.parameter("bias", bias, out));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = x.matmul(pass.value(weight).t());
    return bias == null ? y : y.add(pass.value(bias));
  }

  @Override
  public Parts parts() {
    return Parts.of(weight, bias);
  }
}
