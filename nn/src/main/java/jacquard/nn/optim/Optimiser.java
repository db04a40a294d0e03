package jacquard.nn.optim;

import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import java.util.List;
import java.util.function.LongSupplier;

/// Turns gradients into new values of parameters.
public interface Optimiser {

  /// {@return the parameters in the order in which [#update] takes their gradients: by group}
  List<Parameter> parameters();

  /// {@return what the optimiser remembers, named after the parameters
  /// (`adam.m.blocks.0.fc.weight`)}
  List<State> states();

  /// {@return the learning rate of the first group}
  ///
  /// @param step number of the step, from 0
  double learningRate(long step);

  /// Leaves new values of parameters and of [#states] in `pass`.
  ///
  /// @param step number of updates made before this one
  /// @param gradients one for each of [#parameters], of its shape and dtype
  /// @param pass training or evaluation, its random key, and where updates are left
  /// @throws IllegalArgumentException if there are more or fewer gradients than parameters
  default void update(long step, List<Tensor> gradients, Pass pass) {
    update(() -> step, gradients, pass);
  }

  /// The same for a step that is traced once and run often: the number is asked for at each run.
  ///
  /// @param step number of the step, from 0
  /// @param gradients one for each parameter, in their order
  /// @param pass training or evaluation, its random key, and where updates are left
  /// @see jacquard.tensor.CompiledStep
  void update(LongSupplier step, List<Tensor> gradients, Pass pass);

  /// The updates alone, to be run by the caller.
  ///
  /// @param step number of the step, from 0
  /// @param gradients one for each parameter, in their order
  /// @return the updates
  default List<Update> update(long step, List<Tensor> gradients) {
    Pass pass = Pass.training();
    update(step, gradients, pass);
    return pass.updates();
  }
}
