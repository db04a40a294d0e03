package jacquard.examples.recipe;

import jacquard.nn.io.FormatException;
import jacquard.nn.train.CheckpointFile;
import jacquard.nn.train.FirstFault;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Origin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Finds what made the first number that is none.
///
/// Nothing is kept of a step while training, so that this costs nothing until it is needed: the
/// last checkpoint is restored, and steps are repeated, bit by bit as they were, up to the first
/// one that leaves a NaN or an infinite number. That one is evaluated operation by operation.
final class Divergence {
  private final Training training;
  private final List<State> states;

  private Divergence(Training training) {
    this.training = training;
    this.states = training.states();
  }

  /// Looks for the cause; the training's states are those before the faulty step afterwards.
  ///
  /// @param checkpoint of a step before the fault
  /// @param done steps made, the last of which showed it
  /// @return null if the steps make no such number when they are repeated
  static @Nullable String cause(Training training, Path checkpoint, long done)
      throws FormatException {
    if (!Files.exists(checkpoint)) {
      return null;
    }
    long first;
    try (CheckpointFile file = CheckpointFile.open(checkpoint)) {
      file.restore(training.states());
      first = file.step();
    }
    return new Divergence(training).from(first, done);
  }

  private @Nullable String from(long first, long done) {
    for (long step = first; step < done; step++) {
      for (Supplier<Work> plan : training.plans(step)) {
        List<Object> before = states.stream().map(state -> state.value().toArray()).toList();
        Work work = plan.get();
        Step.run(work.outputs(), work.updates());
        if (!isFinite(work)) {
          for (int i = 0; i < before.size(); i++) {
            states.get(i).load(before.get(i));
          }
          FirstFault fault = FirstFault.of(Origin.recorded(plan));
          return fault == null ? null : "in step " + (step + 1) + " " + fault;
        }
      }
    }
    return null;
  }

  private boolean isFinite(Work work) {
    List<Tensor> values = new ArrayList<>(work.outputs());
    states.forEach(state -> values.add(state.value()));
    for (Tensor value : values) {
      if (value.dtype().isFloat() && !isFinite(value.toArray())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFinite(Object array) {
    // the sum of products with 0 is 0 unless one of them is no number
    double sum = 0;
    if (array instanceof float[] floats) {
      for (float x : floats) {
        sum += x * 0f;
      }
    } else if (array instanceof double[] doubles) {
      for (double x : doubles) {
        sum += x * 0;
      }
    }
    return sum == 0;
  }
}
