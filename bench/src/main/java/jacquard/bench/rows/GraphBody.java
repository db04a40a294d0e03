package jacquard.bench.rows;

import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import java.util.ArrayList;
import java.util.List;

/// Tensors computed by one plan, at each run into the same memory, as a training step does.
///
/// The graph is built once. A run looks its plan up in the cache and executes it, so the host's
/// work is in the time but for the building (rows `w1-build` and `w1-lookup` tell what that costs a
/// whole model). New memory for results would add the JVM's zeroing of it to every kernel alike.
final class GraphBody implements Body {
  private final List<Update> updates = new ArrayList<>();

  private GraphBody(List<Tensor> results) {
    for (Tensor result : results) {
      State into = new State("result", Tensor.zeros(result.dtype(), result.shape().toArray()));
      updates.add(new Update(into, result));
    }
  }

  static GraphBody of(List<Tensor> results) {
    return new GraphBody(results);
  }

  @Override
  public void run() {
    Step.run(List.of(), updates);
  }

  @Override
  public float[] result() {
    return updates.get(0).state().value().toFloatArray();
  }
}
