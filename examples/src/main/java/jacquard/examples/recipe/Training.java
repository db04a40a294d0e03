package jacquard.examples.recipe;

import jacquard.nn.Module;
import java.io.IOException;
import java.util.Map;

/// What a recipe does between the loop's bookkeeping.
interface Training {
  /// What is saved: the weights that sampling needs.
  Module model();

  /// Makes step number `step`, from 0.
  ///
  /// @return its losses by name
  Map<String, Double> step(long step);

  /// Measures on data that the model doesn't learn from.
  ///
  /// @param last whether training is over: time to measure well
  /// @return losses by name; empty if there is no such data
  Map<String, Double> validate(boolean last);

  /// Writes what the model makes after `step` steps.
  void sample(RunFolder run, long step) throws IOException;
}
