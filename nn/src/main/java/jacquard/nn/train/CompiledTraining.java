package jacquard.nn.train;

import jacquard.tensor.CompiledStep;
import jacquard.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/// A [TrainStep] that is traced once: later steps build no graph.
///
/// What the objective reads of a batch beside its tensors stays as it was in the first one; see
/// [CompiledStep].
///
/// ```java
/// CompiledTraining<Pair> training =
///     CompiledTraining.of(step, first, b -> List.of(b.x(), b.y()), t -> new Pair(t.get(0), t.get(1)));
/// ```
///
/// @param <B> what a batch is
public final class CompiledTraining<B> {
  private final TrainStep<B> step;
  private final Function<B, List<Tensor>> tensors;
  private final CompiledStep compiled;

  /// Number of the step that runs.
  private long now;

  private CompiledTraining(
      TrainStep<B> step,
      B like,
      Function<B, List<Tensor>> tensors,
      Function<List<Tensor>, B> batch) {
    this.step = step;
    this.tensors = tensors;
    compiled =
        CompiledStep.of(
            arguments -> step.work(() -> now, batch.apply(arguments)),
            tensors.apply(like).toArray(Tensor[]::new));
  }

  /// Traces `step`.
  ///
  /// @param <B> type of a batch
  /// @param step what is traced
  /// @param like a batch of the shapes that all batches have
  /// @param tensors what a batch is made of
  /// @param batch the batch made of such tensors
  /// @return the step, ready to be run
  public static <B> CompiledTraining<B> of(
      TrainStep<B> step,
      B like,
      Function<B, List<Tensor>> tensors,
      Function<List<Tensor>, B> batch) {
    return new CompiledTraining<>(step, like, tensors, batch);
  }

  /// Runs step number `number` on a batch: the bits that [TrainStep#run] gives.
  ///
  /// @param number number of the step, from 0
  /// @param batch the examples of the step
  /// @return what the step gave
  /// @throws jacquard.tensor.TensorException if a tensor has another shape, dtype or device than
  ///   that of the batch it was traced with
  public StepResult run(long number, B batch) {
    now = number;
    return step.result(number, compiled.run(tensors.apply(batch).toArray(Tensor[]::new)));
  }
}
