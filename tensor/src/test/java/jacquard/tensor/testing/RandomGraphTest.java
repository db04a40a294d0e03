package jacquard.tensor.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Traversal;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.reference.Value;
import jacquard.tensor.spi.HostBuffer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RandomGraphTest {

  @Provide
  Arbitrary<RandomGraph> graphs() {
    return RandomGraph.arbitrary(25);
  }

  @Property(tries = 300, seed = "1")
  void referenceDeviceAgreesWithTheEvaluator(@ForAll("graphs") RandomGraph graph) {
    graph.check(Device.REFERENCE);
  }

  /// The error that each output allows must cover what rounding every operation to f32 really
  /// costs, and not much more.
  @Property(tries = 300, seed = "2")
  void roundingEveryOperationStaysWithinTheTolerance(@ForAll("graphs") RandomGraph graph) {
    List<RandomGraph.Output> outputs = graph.on(Device.REFERENCE);
    List<Node> roots = outputs.stream().map(o -> o.tensor().node()).toList();
    Map<Node, Value> rounded = new IdentityHashMap<>();
    for (Node node : Traversal.sourcesFirst(roots)) {
      List<Value> sources = node.sources().stream().map(rounded::get).toList();
      HostBuffer buffer = HostBuffer.allocate(node.dtype(), node.shape().arraySize());
      Evaluator.evaluate(node, sources).write(buffer);
      rounded.put(node, Value.read(buffer));
    }
    List<Value> expected = Evaluator.evaluate(roots);
    for (int i = 0; i < roots.size(); i++) {
      Node root = roots.get(i);
      HostBuffer buffer = HostBuffer.allocate(root.dtype(), root.shape().arraySize());
      rounded.get(root).write(buffer);
      Tensor actual = Tensor.stored(root.dtype(), buffer.array(), root.shape(), Device.REFERENCE);
      BackendConformance.assertClose(
          graph + ", output " + i + " of\n" + RandomGraph.text(roots),
          outputs.get(i).tolerance(),
          expected.get(i),
          actual);
    }
  }

  @Test
  void sameSeedGivesTheSameGraph() {
    RandomGraph graph = new RandomGraph(42, 25);
    assertEquals(text(graph), text(graph));
  }

  @Test
  void drawsReachEveryPrimitive() {
    Map<String, Integer> counts = new TreeMap<>();
    for (long seed = 0; seed < 400; seed++) {
      for (Node node : nodes(new RandomGraph(seed, 25))) {
        counts.merge(node.op().label(), 1, Integer::sum);
      }
    }
    Set<String> drawn = counts.keySet();
    assertEquals(OperationTableTest.primitives(Op.class), drawn, counts.toString());
  }

  @Test
  void outputsAreMeaningful() {
    int exact = 0;
    int all = 0;
    for (long seed = 0; seed < 200; seed++) {
      for (RandomGraph.Output output : new RandomGraph(seed, 25).on(Device.REFERENCE)) {
        all++;
        if (output.tolerance().equals(Tolerance.EXACT)) {
          exact++;
        }
      }
    }
    assertTrue(all > 1000, all + " outputs");
    assertTrue(exact > all / 5 && exact < 4 * all / 5, exact + " exact of " + all);
  }

  private static List<Node> nodes(RandomGraph graph) {
    return Traversal.sourcesFirst(
        graph.on(Device.REFERENCE).stream().map(o -> o.tensor().node()).toList());
  }

  private static String text(RandomGraph graph) {
    return RandomGraph.text(
        graph.on(Device.REFERENCE).stream()
            .map(RandomGraph.Output::tensor)
            .map(Tensor::node)
            .toList());
  }
}
