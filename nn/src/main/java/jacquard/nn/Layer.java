package jacquard.nn;

import jacquard.tensor.Tensor;

/// A module that turns one tensor into another.
public interface Layer extends Module {
  Tensor forward(Tensor x, Pass pass);
}
