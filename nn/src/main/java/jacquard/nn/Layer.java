package jacquard.nn;

import jacquard.tensor.Tensor;

/// A module that turns one tensor into another.
public interface Layer extends Module {
  /// {@return what the layer makes of `x`}
  ///
  /// @param x input, whose shape and dtype the layer says
  /// @param pass training or evaluation, its random key, and where updates are left
  Tensor forward(Tensor x, Pass pass);
}
