package jacquard.nn.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/// Runs training steps one after the other and tells listeners. Batches are a function of the
/// step's number, so a trainer that starts at step `n` with the states of step `n` goes on as if it
/// had never stopped.
///
/// @param <B> what a batch is
public final class Trainer<B> {
  /// Told after every step; reading its result waits for nothing.
  @FunctionalInterface
  public interface Listener {
    /// Takes note of a step.
    ///
    /// @param result number of the value that is written
    void onStep(StepResult result);
  }

  private final TrainStep<B> step;
  private final LongFunction<B> batches;
  private final List<Listener> listeners = new ArrayList<>();
  private long next;

  /// Steps from `first` on.
  ///
  /// @param step what is done at each step
  /// @param batches the batches, all of one size
  /// @param first number of the first step
  public Trainer(TrainStep<B> step, LongFunction<B> batches, long first) {
    this.step = step;
    this.batches = batches;
    this.next = first;
  }

  /// Adds a listener; they are told in the order in which they were added.
  ///
  /// @param listener told after each step
  /// @return this
  public Trainer<B> listen(Listener listener) {
    listeners.add(listener);
    return this;
  }

  /// {@return number of the next step: as many as were made since step 0}
  public long next() {
    return next;
  }

  /// Makes one step.
  ///
  /// @return what the step gave
  public StepResult advance() {
    StepResult result = step.run(next, batches.apply(next));
    next++;
    listeners.forEach(listener -> listener.onStep(result));
    return result;
  }

  /// Makes steps until `end` of them were made since step 0, or `stop` says so, which is asked
  /// before each.
  ///
  /// @param end steps since step 0
  /// @param stop asked before each step; true ends the run
  public void run(long end, BooleanSupplier stop) {
    while (next < end && !stop.getAsBoolean()) {
      advance();
    }
  }
}
