package jacquard.nn;

import jacquard.tensor.Tensor;
import java.util.function.UnaryOperator;

/// A transformer's feed-forward part, then dropout: `projection(activation(fc(x)))`, or gated
/// `projection(activation(g) * u)`, where `fc(x)` is `g` and `u` side by side.
///
/// @param fc widens: `[hidden, dim]`, or gated `[2 hidden, dim]`, the gate's rows above the others
/// @param projection narrows again: `[dim, hidden]`
/// @param activation between the two
/// @param gated whether half of the hidden values multiply the other half
/// @param dropout on what the part gives
public record Mlp(
    Linear fc, Linear projection, Activation activation, boolean gated, Dropout dropout)
    implements Layer {

  /// Not gated.
  ///
  /// @param fc from the width to the hidden size
  /// @param projection back to the width
  /// @param activation between the two
  /// @param dropout on what the part gives
  public Mlp(Linear fc, Linear projection, Activation activation, Dropout dropout) {
    this(fc, projection, activation, false, dropout);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return dropout.forward(projection.forward(hidden(fc.forward(x, pass), pass), pass), pass);
  }

  private Tensor hidden(Tensor wide, Pass pass) {
    if (!gated) {
      return activation.forward(wide, pass);
    }
    int last = wide.rank() - 1;
    int half = wide.dim(last) / 2;
    Tensor gate = activation.forward(wide.slice(last, 0, half), pass);
    return gate.mul(wide.slice(last, half, 2 * half));
  }

  Mlp withDropout(Dropout other) {
    return new Mlp(fc, projection, activation, gated, other);
  }

  Mlp withLinears(UnaryOperator<Linear> change) {
    return new Mlp(change.apply(fc), change.apply(projection), activation, gated, dropout);
  }

  @Override
  public Parts parts() {
    return Parts.of(fc, projection);
  }
}
