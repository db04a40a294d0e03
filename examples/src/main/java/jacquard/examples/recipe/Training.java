package jacquard.examples.recipe;

import jacquard.nn.Module;
import jacquard.nn.train.Inspection;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.State;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a recipe does between the loop's bookkeeping.
///
/// A run that is resumed must go on as if it had never stopped. So [#step] may depend on nothing
/// but its number, [#states], and what the recipe makes from its options; and everything else here
/// may leave no trace in a later step.
interface Training {
  /// What is saved for sampling: the weights that it needs.
  Module model();

  /// Everything that steps change: parameters, statistics, the optimisers' states, averages. A
  /// checkpoint holds these; on resuming they are given their values back.
  List<State> states();

  /// Makes step number `step`, from 0.
  ///
  /// @return its losses by name
  Map<String, Double> step(long step);

  /// What step number `step` would do, not done: the plans that it runs, each to be asked for after
  /// the one before was run.
  List<Supplier<Work>> plans(long step);

  /// Looks at the batch of step number `step` with the weights as they are.
  Inspection inspect(long step);

  /// Measures on data that the model doesn't learn from.
  ///
  /// @param last whether training is over: time to measure well
  /// @return losses by name; empty if there is no such data. One of a group, such as `class/7`, is
  ///   recorded and not shown beside the progress
  Map<String, Double> validate(boolean last);

  /// What [#validate] measures that the best checkpoint is low in.
  default String criterion() {
    return "val_loss";
  }

  /// What the last [#validate] found wrong, in a line; null if nothing.
  default @Nullable String warning() {
    return null;
  }

  /// How steps were made so far, in a line to be said whenever the model is validated; null if
  /// there is nothing to say.
  default @Nullable String note() {
    return null;
  }

  /// Writes what the model makes after `step` steps.
  void sample(RunFolder run, long step) throws IOException;
}
