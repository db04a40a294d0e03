package jacquard.nn;

import jacquard.tensor.State;
import jacquard.tensor.Tensor;

/// A state that is trained by gradient.
public final class Parameter extends State implements Part {
  /// A parameter that starts with the value of `initial`; most are made by [Init#parameter].
  ///
  /// @param name path within the model, such as `blocks.0.fc.weight`
  /// @param initial first value, which is evaluated now
  public Parameter(String name, Tensor initial) {
    super(name, initial);
  }
}
