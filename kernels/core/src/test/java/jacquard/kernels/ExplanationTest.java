package jacquard.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.testing.InterpretedTarget;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Traversal;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.testing.RandomGraph;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ExplanationTest {
  private static final PlannedBackend BACKEND =
      new PlannedBackend(new InterpretedTarget(Device.REFERENCE));

  private static Tensor data(int... dims) {
    Shape shape = Shape.of(dims);
    return Tensor.stored(DType.F32, new float[shape.arraySize()], shape, Device.REFERENCE);
  }

  private static Explanation explain(Tensor... outputs) {
    return BACKEND.explain(roots(List.of(outputs)));
  }

  private static List<Backend.Root> roots(List<Tensor> outputs) {
    return outputs.stream().map(t -> new Backend.Root(t.node(), null)).toList();
  }

  private static List<String> covered(Explanation.Part part) {
    return part.nodes().stream()
        .filter(n -> !(n.op() instanceof Op.Leaf || n.op() instanceof Op.Movement))
        .map(n -> n.op().label())
        .sorted()
        .toList();
  }

  @Provide
  Arbitrary<RandomGraph> graphs() {
    return RandomGraph.arbitrary(25);
  }

  @Property(tries = 150, seed = "5")
  void everyNodeIsComputedSomewhereAndEveryEndIsARead(@ForAll("graphs") RandomGraph graph) {
    List<Tensor> outputs =
        graph.on(Device.REFERENCE).stream().map(RandomGraph.Output::tensor).toList();
    Explanation found = BACKEND.explain(roots(outputs));
    assertEquals(
        ScheduleText.of(BACKEND.scheduleHere(roots(outputs))), ScheduleText.of(found.schedule()));
    assertEquals(found.schedule().size(), found.parts().size());
    Set<Node> covered = Collections.newSetFromMap(new IdentityHashMap<>());
    int results = 0;
    for (Explanation.Part part : found.parts()) {
      covered.addAll(part.nodes());
      for (Explanation.End end : part.ends()) {
        assertFalse(end.why().isBlank());
        if (end.reader() < 0) {
          results++;
        } else {
          Task reader = found.schedule().tasks().get(end.reader());
          assertTrue(
              reader.reads().contains(end.value()) || reader.writes().contains(end.value()),
              () -> end + " of " + ScheduleText.line(reader));
        }
      }
    }
    assertTrue(results > 0 || outputs.stream().allMatch(t -> t.node().op() instanceof Op.Leaf));
    for (Node node : Traversal.sourcesFirst(outputs.stream().map(Tensor::node).toList())) {
      boolean computes = node.op() instanceof Op.Contraction || node.op() instanceof Op.Indexing;
      assertTrue(!computes || covered.contains(node), () -> node + " is in no task");
    }
  }

  @Test
  void aTaskCoversWhatItComputes() {
    Tensor x = data(8, 32);
    Tensor y = x.matmul(data(32, 16)).add(data(16)).tanh();
    Explanation found = explain(y, y.softmax(-1));
    assertEquals(1, found.schedule().size());
    assertTrue(covered(found.parts().get(0)).containsAll(List.of("dot", "add", "tanh", "exp")));
    Explanation.End end = found.parts().getLast().ends().getLast();
    assertEquals(-1, end.reader());
    assertEquals("it is a result", end.why());
  }

  @Test
  void theReasonIsWhatForbidsTheJoin() {
    Tensor x = data(40, 60).exp();
    assertEquals("a dot reads its sources from memory", reason(explain(x.matmul(data(60, 50)))));
    assertEquals(
        "they reduce axes [0] and [1] of [40, 60]", reason(explain(x.div(x.sum(0)).sum(1))));
    Tensor product = data(40, 60).matmul(data(60, 7));
    assertEquals(
        "the reader doesn't go through the product row by row", reason(explain(product.sum(0))));
    assertEquals(
        "rows of 7 elements are too short for a loop on each, expected at least 8",
        reason(explain(product.tanh())));
    assertEquals(1, explain(data(40, 60).matmul(data(60, 8)).tanh()).schedule().size());
    assertEquals("a cumsum takes no loop along", reason(explain(data(40, 60).cumsum(0).add(1))));
  }

  private static String reason(Explanation found) {
    return found.parts().stream()
        .flatMap(part -> part.ends().stream())
        .filter(end -> end.reader() >= 0)
        .map(Explanation.End::why)
        .findFirst()
        .orElse("none in " + ScheduleText.of(found.schedule()));
  }

  @Test
  void blocksLieWithinTheArenaWhileTheyLive() {
    Tensor x = data(64, 64);
    for (int i = 0; i < 5; i++) {
      x = x.matmul(data(64, 64)).softmax(-1);
    }
    Explanation found = explain(x);
    assertFalse(found.blocks().isEmpty());
    for (Explanation.Block block : found.blocks()) {
      assertTrue(block.byteOffset() >= 0);
      assertTrue(block.byteOffset() + block.bytes() <= found.schedule().arena().bytes());
      assertTrue(block.first() <= block.last());
      Task writer = found.schedule().tasks().get(block.first());
      assertTrue(writer.writes().contains(block.value()), "it begins with what writes it");
    }
  }

  @Test
  void stagesLeadFromNodesToMemory() {
    Tensor x = data(8, 8);
    List<Explanation.Stage> stages = explain(x.add(0.5).mul(1).add(x.add(0.5))).stages();
    assertEquals(
        List.of("canonical", "partition", "fusion", "schedule", "memory"),
        stages.stream().map(Explanation.Stage::name).toList());
    assertTrue(
        stages.getFirst().notes().contains("1 mul: the value of another node"),
        () -> stages.getFirst().toString());
    for (int i = 1; i < 4; i++) {
      assertEquals(stages.get(i - 1).after().split(" ")[0], stages.get(i).before().split(" ")[0]);
    }
  }

  @Test
  void costsAreThoseOfTheArithmetic() {
    assertCost(
        2.0 * 8 * 16 * 32, 4.0 * (8 * 32 + 32 * 16 + 8 * 16), data(8, 32).matmul(data(32, 16)));
    assertCost(1000, 3 * 4000, data(1000).add(data(1000)));
    assertCost(1000, 4000 + 4, data(1000).sum());
    assertCost(2 * 1000, 4000 + 4 * 10 + 4 * 100, data(10, 100).mul(data(10, 1)).sum(0));
    // two images, three filters of two channels, 4 x 4 places
    assertCost(
        2.0 * 2 * 3 * 4 * 4 * (2 * 3 * 3),
        4.0 * (2 * 2 * 36 + 3 * 2 * 9 + 2 * 3 * 16),
        data(2, 2, 6, 6).conv2d(data(3, 2, 3, 3), 1, 0));
  }

  @Test
  void aProductIsWrittenOnlyForOthersThanItsEpilogue() {
    Tensor product = data(8, 32).matmul(data(32, 16));
    double flops = 2.0 * 8 * 16 * 32 + 8 * 16;
    double operands = 4.0 * (8 * 32 + 32 * 16);
    double result = 4.0 * 8 * 16;
    Tensor all = product.tanh();
    assertEquals(1, explain(all).schedule().size(), "tanh is the product's epilogue");
    assertCost(flops, operands + result, all);
    assertEquals(1, explain(all, product).schedule().size());
    assertCost(flops, operands + 2 * result, all, product);
  }

  private static void assertCost(double flops, double bytes, Tensor... results) {
    Explanation found = explain(results);
    Cost cost = Cost.of(found.schedule());
    assertEquals(flops, cost.flops(), ScheduleText.of(found.schedule()));
    assertEquals(bytes, cost.bytes(), ScheduleText.of(found.schedule()));
    assertEquals(
        cost.flops(),
        found.schedule().tasks().stream()
            .mapToDouble(task -> Cost.of(found.schedule(), task).flops())
            .sum());
  }

  @Test
  void aDeviceThatCannotTimeSaysSo() {
    assertEquals(null, BACKEND.time(roots(List.of(data(4).add(1)))));
  }
}
