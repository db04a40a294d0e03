package jacquard.bench.rows;

import jacquard.tensor.CompiledStep;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import java.util.ArrayList;
import java.util.List;

/// Tensors computed by one plan, at each run into the same memory, as a training step does.
///
/// The graph is built once, by a [CompiledStep], as training loops do it: looking the plan up at
/// each run took 20 to 50 microseconds, half the time of the fastest kernels (rows `w1-build` and
/// `w1-lookup` tell what it costs a whole model). New memory for results would add the JVM's
/// zeroing of it to every kernel alike.
final class GraphBody implements Body {
  private final List<Update> updates = new ArrayList<>();
  private final CompiledStep step;

  private GraphBody(List<Tensor> results, List<Update> more) {
    for (Tensor result : results) {
      State into = new State("result", Tensor.zeros(result.dtype(), result.shape().toArray()));
      updates.add(new Update(into, result));
    }
    updates.addAll(more);
    step = CompiledStep.of(_ -> new CompiledStep.Work(List.of(), updates));
  }

  static GraphBody of(List<Tensor> results) {
    return of(results, List.of());
  }

  /// @param updates of states that the kernel writes in place
  static GraphBody of(List<Tensor> results, List<Update> updates) {
    return new GraphBody(results, updates);
  }

  @Override
  public void run() {
    step.run();
  }

  @Override
  public float[] result() {
    return updates.get(0).state().value().toFloatArray();
  }
}
