package jacquard.tensor.testing;

import jacquard.tensor.Device;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Traversal;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.reference.Value;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/// A well-typed graph over all primitives, drawn from a seed: the same on every device.
///
/// A graph of fewer nodes from the same seed is its beginning, so that a failure shrinks.
///
/// @param nodes number of drawing steps; most add one operation, some a small pattern
public record RandomGraph(long seed, int nodes) {

  /// Graphs of 1 to `most` steps.
  public static Arbitrary<RandomGraph> arbitrary(int most) {
    return Combinators.combine(
            Arbitraries.randomValue(java.util.Random::nextLong),
            Arbitraries.integers().between(1, most))
        .as(RandomGraph::new);
  }

  /// An output of a graph.
  ///
  /// @param tolerance how far a back end may be off that rounds every operation to the dtype
  public record Output(Tensor tensor, Tolerance tolerance) {}

  /// The graph's outputs on `device`, not yet evaluated: whatever nothing else reads, and some
  /// inner values.
  public List<Output> on(Device device) {
    return new GraphDrawing(seed, device).draw(nodes);
  }

  /// Evaluates every output in one plan on `device` and compares them with the reference.
  ///
  /// @throws AssertionError with the graph's text if one is off by more than its tolerance
  public void check(Device device) {
    List<Output> outputs = on(device);
    List<Tensor> tensors = outputs.stream().map(Output::tensor).toList();
    List<Node> roots = tensors.stream().map(Tensor::node).toList();
    String text = text(roots);
    List<Value> expected = Evaluator.evaluate(roots);
    try {
      Step.run(tensors, List.of());
    } catch (RuntimeException | LinkageError e) {
      throw new AssertionError(this + " on " + device + ": " + e + "\n" + text, e);
    }
    for (int i = 0; i < outputs.size(); i++) {
      try {
        BackendConformance.assertClose(
            this + " on " + device + ", output " + i,
            outputs.get(i).tolerance,
            expected.get(i),
            tensors.get(i));
      } catch (AssertionError e) {
        throw new AssertionError(e.getMessage() + "\n" + text, e);
      }
    }
  }

  /// One line a node, sources first; the outputs by number in the last line.
  public static String text(List<Node> roots) {
    Map<Node, Integer> numbers = new IdentityHashMap<>();
    StringBuilder text = new StringBuilder();
    for (Node node : Traversal.sourcesFirst(roots)) {
      text.append('%').append(numbers.size()).append(" = ").append(node.op().label());
      for (Node source : node.sources()) {
        text.append(" %").append(numbers.get(source));
      }
      text.append(" : ").append(node.dtype()).append(node.shape());
      text.append("  ").append(node.op()).append('\n');
      numbers.put(node, numbers.size());
    }
    return text.append("outputs ").append(roots.stream().map(numbers::get).toList()).toString();
  }
}
