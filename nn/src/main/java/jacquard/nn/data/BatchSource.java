package jacquard.nn.data;

/// Batches by step number: a pure function, so that step `n` gives the same bits in a run from the
/// start and in one that was resumed there.
@FunctionalInterface
public interface BatchSource {
  /// {@return the batch of `step`, from 0}
  ///
  /// @param step number of the step, from 0
  Batch batch(long step);
}
