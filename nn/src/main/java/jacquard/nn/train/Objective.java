package jacquard.nn.train;

import jacquard.nn.Pass;
import jacquard.tensor.Tensor;

/// The loss of a batch: a scalar that training lowers.
///
/// @param <B> what a batch is
@FunctionalInterface
public interface Objective<B> {
  /// The loss of a batch.
  ///
  /// @param batch the examples of a step
  /// @param pass what the model is run with: training or evaluation
  /// @return the loss, a scalar
  Tensor loss(B batch, Pass pass);
}
