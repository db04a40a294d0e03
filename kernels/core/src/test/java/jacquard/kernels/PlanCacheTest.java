package jacquard.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.testing.HostTarget;
import jacquard.kernels.testing.InterpretedTarget;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.testing.RandomGraph;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PlanCacheTest {
  private static final int MOST_PLANS = 64;

  private final PlannedBackend backend =
      new PlannedBackend(new InterpretedTarget(Device.REFERENCE));

  @Provide
  Arbitrary<RandomGraph> graphs() {
    return RandomGraph.arbitrary(12);
  }

  private static List<Backend.Root> roots(RandomGraph graph) {
    return graph.on(Device.REFERENCE).stream()
        .map(output -> new Backend.Root(output.tensor().node(), null))
        .toList();
  }

  private static String text(List<Backend.Root> roots) {
    return RandomGraph.text(roots.stream().map(Backend.Root::node).toList());
  }

  @Property(tries = 150, seed = "5")
  void equalStructuresShareAPlan(@ForAll("graphs") RandomGraph graph) {
    PlannedBackend own = new PlannedBackend(new InterpretedTarget(Device.REFERENCE));
    own.run(roots(graph));
    own.run(roots(graph));
    assertStatistics(own, 1, 1, 1);
  }

  @Property(tries = 150, seed = "6")
  void differentStructuresDoNot(
      @ForAll("graphs") RandomGraph graph, @ForAll("graphs") RandomGraph other) {
    PlannedBackend own = new PlannedBackend(new InterpretedTarget(Device.REFERENCE));
    List<Backend.Root> first = roots(graph);
    List<Backend.Root> second = roots(other);
    boolean same = text(first).equals(text(second));
    own.run(first);
    own.run(second);
    assertTrue(same || own.statistics().misses() == 2, () -> text(first) + "\n" + text(second));
  }

  @Test
  void productsThatMayBeRoundedHaveAPlanOfTheirOwn() {
    Tensor x = Tensor.stored(DType.F32, new float[4], Shape.of(2, 2), Device.REFERENCE);
    List<Backend.Root> product = List.of(new Backend.Root(x.matmul(x).node(), null));
    backend.run(product);
    System.setProperty("jacquard.products", "tf32");
    try {
      backend.run(product);
    } finally {
      System.clearProperty("jacquard.products");
    }
    assertStatistics(backend, 0, 2, 2);
  }

  @Test
  void aDeviceIsToldOfNewGraphsBeforeTheyAreScheduled() {
    List<String> told = new ArrayList<>();
    PlannedBackend telling = new PlannedBackend(new Telling(told));
    Tensor product = Tensor.full(DType.F32, 1, Shape.of(2, 3), Device.REFERENCE);
    product = product.matmul(product.t()).exp();
    List<Backend.Root> roots = List.of(new Backend.Root(product.node(), null));
    telling.compile(roots);
    assertEquals(1, told.stream().filter("Dot"::equals).count(), told::toString);
    assertTrue(told.indexOf("Dot") < told.lastIndexOf("Unary"), told::toString);
    assertEquals("prepare", told.getLast());
    int before = told.size();
    telling.compile(roots);
    assertEquals(before, told.size(), "of a graph that has a plan");
  }

  private record Telling(List<String> told) implements HostTarget {
    @Override
    public Device device() {
      return Device.REFERENCE;
    }

    @Override
    public void foresee(Node node) {
      told.add(node.op().getClass().getSimpleName());
    }

    @Override
    public Program prepare(Schedule schedule) {
      told.add("prepare");
      return (externals, dynamics) -> {};
    }
  }

  @Test
  void theLeastRecentlyUsedPlanGoesFirst() {
    for (int n = 1; n <= MOST_PLANS; n++) {
      square(n);
    }
    square(1);
    square(MOST_PLANS + 1); // pushes out 2
    assertStatistics(backend, 1, MOST_PLANS + 1, MOST_PLANS);
    square(1);
    assertEquals(2, backend.statistics().hits());
    square(2);
    assertEquals(2, backend.statistics().hits());
  }

  @Test
  void constantsThatChangeAreToldWithTheirPlace() {
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      for (int i = 0; i < 2 * MOST_PLANS; i++) {
        Tensor x = Tensor.stored(DType.F32, new float[] {1}, Shape.of(1), Device.REFERENCE);
        backend.run(List.of(new Backend.Root(x.mul(i + 0.5).node(), null)));
      }
    } finally {
      System.setErr(err);
    }
    String text = said.toString(StandardCharsets.UTF_8);
    assertEquals(1, text.lines().count(), text);
    assertTrue(text.startsWith("plan: " + MOST_PLANS + " graphs in a row"), text);
    assertTrue(text.contains("keep shapes and constants equal"), text);
  }

  @Test
  void whatIsRunOnceLeavesNoPlan() {
    Tensor x = Tensor.stored(DType.F32, new float[] {3}, Shape.of(1), Device.REFERENCE);
    float[] value = new float[1];
    backend
        .runOnce(List.of(new Backend.Root(x.mul(x).node(), null)))
        .getFirst()
        .read(0, value, 0, 1);
    assertEquals(9, value[0]);
    assertStatistics(backend, 0, 0, 0);
  }

  private static void assertStatistics(PlannedBackend of, long hits, long misses, int plans) {
    assertEquals(hits, of.statistics().hits(), "hits");
    assertEquals(misses, of.statistics().misses(), "misses");
    assertEquals(plans, of.statistics().plans(), "plans");
  }

  private void square(int n) {
    Tensor x = Tensor.stored(DType.F32, new float[n], Shape.of(n), Device.REFERENCE);
    backend.run(List.of(new Backend.Root(x.mul(x).node(), null)));
  }
}
