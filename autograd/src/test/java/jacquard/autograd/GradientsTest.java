package jacquard.autograd;

import static jacquard.autograd.Graphs.added;
import static jacquard.autograd.Graphs.assertClose;
import static jacquard.autograd.Graphs.count;
import static jacquard.autograd.Graphs.f64;
import static jacquard.autograd.Graphs.i32;
import static jacquard.autograd.Graphs.random;
import static jacquard.autograd.Graphs.scalar;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.tensor.DType;
import jacquard.tensor.DTypeException;
import jacquard.tensor.Movement;
import jacquard.tensor.ShapeException;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class GradientsTest {
  private static final double[] NONE = {};

  private static <T extends Exception> void assertMessage(
      Class<T> type, String message, Executable code) {
    assertEquals(message, assertThrows(type, code).getMessage());
  }

  // --- what is answered

  @Test
  void gradientsComeInTheOrderAsked() {
    Tensor a = f64(new double[] {1, 2}, 2);
    Tensor b = f64(new double[] {3, 5}, 2);
    List<Tensor> g = Gradients.of(a.mul(b).sum(), b, a);
    assertClose(new double[] {1, 2}, g.get(0));
    assertClose(new double[] {3, 5}, g.get(1));
  }

  @Test
  void everyUseOfATensorCounts() {
    Tensor x = scalar(3);
    assertClose(new double[] {6}, Gradients.of(x.mul(x), x));
    assertClose(new double[] {3 * 9 + 2}, Gradients.of(x.mul(x).mul(x).add(x).add(x), x));
  }

  @Test
  void lossByItselfIsOne() {
    Tensor x = scalar(3);
    assertClose(new double[] {1}, Gradients.of(x, x));
  }

  @Test
  void computedTensorsHaveGradientsToo() {
    Tensor x = scalar(0.5);
    Tensor y = x.exp();
    Tensor z = y.mul(y).add(x);
    List<Tensor> g = Gradients.of(z, y, x, y);
    assertClose(new double[] {2 * Math.exp(0.5)}, g.get(0));
    assertClose(new double[] {2 * Math.exp(1) + 1}, g.get(1));
    assertSame(g.get(0).node(), g.get(2).node());
  }

  @Test
  void gradientHasTheDTypeOfItsTensor() {
    Tensor x = f64(new double[] {1, 2}, 2).cast(DType.F32);
    Tensor loss = x.cast(DType.F64).square().sum().cast(DType.F32);
    Tensor g = Gradients.of(loss, x);
    assertEquals(DType.F32, g.dtype());
    assertArrayEquals(new float[] {2, 4}, g.toFloatArray());
  }

  @Test
  void detachedTensorsAreConstants() {
    Tensor x = scalar(3);
    assertClose(new double[] {3}, Gradients.of(x.mul(x.detach()), x));
  }

  @Test
  void nothingIsEvaluated() {
    Tensor x = scalar(3);
    Tensor y = x.exp();
    Tensor g = Gradients.of(y.mul(y), x);
    assertEquals("exp", y.node().op().label());
    assertEquals("mul", g.node().op().label());
  }

  @Test
  void gradientsOfStatesAreKeyedByState() {
    State w = new State("w", f64(new double[] {1, 2}, 2));
    State b = new State("b", scalar(4));
    Tensor loss = w.value().square().sum().mul(b.value());
    Map<State, Tensor> g = Gradients.ofStates(loss, List.of(b, w));
    assertEquals(List.of(b, w), List.copyOf(g.keySet()));
    assertClose(new double[] {5}, g.get(b));
    assertClose(new double[] {8, 16}, g.get(w));
  }

  @Test
  void gradientByTheWeightsOfOneHalfLeavesTheOtherOut() {
    // x[N, 4] -> generator -> critic -> loss
    Tensor x = random(1, 5, 4);
    Tensor[] generator = {random(2, 4, 6), random(3, 6, 4)};
    Tensor[] critic = {random(4, 4, 6), random(5, 6, 1)};
    Tensor made = x.matmul(generator[0]).tanh().matmul(generator[1]);
    Tensor loss = made.matmul(critic[0]).tanh().matmul(critic[1]).mean();
    List<Node> added = added(Gradients.of(loss, generator), loss);
    // back through the critic 2, the generator's second layer 1, its weights 2
    assertEquals(5, count(added, Op.Dot.class));
    List<Node> critics = added(Gradients.of(loss, critic), loss);
    // both weights, and back through the second layer: nothing of the generator
    assertEquals(3, count(critics, Op.Dot.class));
  }

  @Test
  void graphOfTheGradientIsSmall() {
    // [N, D] by [D, D], twice
    Tensor x = random(1, 5, 4);
    Tensor w = random(2, 4, 4);
    Tensor b = random(3, 4);
    Tensor h = x.matmul(w).add(b).tanh();
    Tensor loss = h.matmul(w).add(b).square().sum();
    Map<String, Long> added =
        added(Gradients.of(loss, w, b), loss).stream()
            .collect(Collectors.groupingBy(n -> n.op().label(), Collectors.counting()));
    assertEquals(
        Map.ofEntries(
            Map.entry("constant", 1L),
            // loss: [] to [1, 1], [1, 1] to [5, 4]; bias: twice back to [4]
            Map.entry("reshape", 3L),
            Map.entry("expand", 1L),
            // of the square 1, of tanh 2
            Map.entry("mul", 3L),
            Map.entry("sub", 1L),
            Map.entry("permute", 3L),
            Map.entry("dot", 3L),
            Map.entry("sum", 2L),
            // of the square, w and b
            Map.entry("add", 3L)),
        added);
  }

  @Test
  void sameCallGivesTheSameGraph() {
    Tensor x = random(1, 3, 4);
    Tensor loss = x.softmax(1).mul(x.tanh()).add(x.exp().cumsum(0)).sum();
    assertEquals(labels(Gradients.of(loss, x), loss), labels(Gradients.of(loss, x), loss));
  }

  private static List<String> labels(Tensor gradient, Tensor loss) {
    return added(List.of(gradient), loss).stream().map(Node::toString).toList();
  }

  @Test
  void partsThatLieBesideEachOtherAreJoinedOnce() {
    Tensor x = random(1, 2, 9);
    Tensor q = x.slice(1, 0, 3);
    Tensor k = x.slice(1, 3, 6);
    Tensor v = x.slice(1, 6, 9);
    Tensor loss = q.mul(k).exp().mul(v).sum();
    List<Node> added = added(List.of(Gradients.of(loss, x)), loss);
    assertEquals(1, count(added, Op.Concat.class));
    assertEquals(0, added.stream().filter(n -> n.op().label().equals("add")).count());
    GradientCheck.check(
        t -> {
          Tensor a = t[0].slice(1, 0, 3);
          return a.mul(t[0].slice(1, 3, 6)).exp().mul(t[0].slice(1, 6, 9));
        },
        x);
  }

  @Test
  void partsWithGapsAndOverlapsAddUp() {
    Tensor x = random(1, 10);
    GradientCheck.check(
        t -> {
          Tensor a = t[0].slice(0, 0, 3).exp();
          Tensor b = t[0].slice(0, 2, 5).exp();
          Tensor c = t[0].slice(0, 5, 8).exp();
          Tensor d = t[0].slice(0, 5, 8).sin();
          Tensor e = t[0].slice(0, 5, 6).sin();
          Tensor f = t[0].slice(0, 1, 9, 3).sin();
          return Movement.concat(0, List.of(a.mul(b), c.mul(d), e, f, t[0].slice(0, 9, 10)));
        },
        x);
    GradientCheck.check(
        t ->
            t[0].slice(0, 0, 1)
                .mul(t[0].slice(1, 0, 1))
                .add(t[0].slice(0, 1, 2).slice(1, 0, 2).sum()),
        random(2, 2, 3));
  }

  // --- depth

  @Test
  void chainOfTenThousandNodesIsDifferentiatedTwice() {
    Tensor x = scalar(1.5);
    Tensor y = x;
    for (int i = 0; i < 5_000; i++) {
      y = y.mul(0.9999).add(1e-4);
    }
    double slope = Math.pow(0.9999, 5_000);
    Tensor z = y.mul(y);
    Tensor g = Gradients.of(z, x);
    assertEquals(2 * y.item() * slope, g.item(), 1e-10);
    Tensor again = x;
    for (int i = 0; i < 5_000; i++) {
      again = again.mul(0.9999).add(1e-4);
    }
    Tensor h = Gradients.of(Gradients.of(again.mul(again), x), x);
    assertEquals(2 * slope * slope, h.item(), 1e-10);
  }

  @Test
  void sharedNodesAreVisitedOnce() {
    // 2^60 paths, 60 nodes
    Tensor x = scalar(1);
    Tensor y = x;
    for (int i = 0; i < 60; i++) {
      y = y.add(y);
    }
    assertEquals(0x1p60, Gradients.of(y, x).item());
  }

  // --- refusals

  @Test
  void lossMustBeAScalar() {
    Tensor x = f64(new double[8], 8);
    assertMessage(
        ShapeException.class,
        "grad: loss has shape [8], expected a scalar; reduce it with mean() or sum()",
        () -> Gradients.of(x.exp(), x));
  }

  @Test
  void lossMustBeAFloat() {
    Tensor x = i32(new int[] {1});
    assertMessage(
        DTypeException.class,
        "grad: loss is i32, expected f32 or f64; cast what it is computed from",
        () -> Gradients.of(x.mul(x), x));
  }

  @Test
  void integersHaveNoGradient() {
    Tensor x = scalar(1);
    Tensor n = i32(new int[] {1, 2}, 2);
    assertMessage(
        DTypeException.class,
        "grad: wrt[1] is i32[2]@reference, expected f32 or f64; only floats have gradients",
        () -> Gradients.of(x.exp(), x, n));
  }

  @Test
  void unusedTensorIsNamed() {
    Tensor x = scalar(1);
    Tensor other = f64(new double[6], 2, 3);
    assertMessage(
        IllegalArgumentException.class,
        "grad: loss does not depend on wrt[1] f64[2, 3]@reference: it was not used, or a tensor in between was "
            + "realised, which cuts the graph; take the gradient before realising, or ask for zeros with Missing.ZEROS",
        () -> Gradients.of(x.exp(), x, other));
    assertClose(new double[6], Gradients.ofOrZeros(x.exp(), List.of(x, other)).get(1));
  }

  @Test
  void unusedStateIsNamed() {
    Tensor x = scalar(1);
    State w = new State("fc.weight", f64(new double[2], 2));
    assertMessage(
        IllegalArgumentException.class,
        "grad: loss does not depend on wrt[0] state 'fc.weight' f64[2]@reference: it was not used, or a tensor in "
            + "between was realised, which cuts the graph; take the gradient before realising, or ask for zeros "
            + "with Missing.ZEROS",
        () -> Gradients.ofStates(x.exp(), List.of(w)));
    assertClose(
        new double[2], Gradients.ofStates(x.exp(), List.of(w), Gradients.Missing.ZEROS).get(w));
  }

  @Test
  void realisingInBetweenCutsTheGraph() {
    Tensor x = scalar(1);
    Tensor y = x.exp();
    Tensor loss = y.mul(y);
    Gradients.of(loss, x);
    y.realise();
    assertThrows(IllegalArgumentException.class, () -> Gradients.of(loss, x));
    assertClose(new double[] {2 * Math.E}, Gradients.of(loss, y));
  }

  @Test
  void overwrittenStateIsExplained() {
    State w = new State("w", scalar(2));
    Tensor loss = w.value().exp();
    Step.run(List.of(), List.of(new Update(w, w.value().add(1))));
    assertMessage(
        IllegalArgumentException.class,
        "grad: loss does not depend on wrt[0] state 'w' f64[]@reference: the loss reads its version 0, the state "
            + "now holds version 1; take the gradient before the state is updated, or ask for zeros with Missing.ZEROS",
        () -> Gradients.ofStates(loss, List.of(w)));
  }

  @Test
  void tensorBehindAStepFunctionIsExplained() {
    Tensor x = scalar(1.5);
    assertMessage(
        IllegalArgumentException.class,
        "grad: loss does not depend on wrt[0] f64[]@reference: it is only reached through operations without a "
            + "gradient (detach, floor, sign, comparisons, casts to integers, indices); replace them, or ask for "
            + "zeros with Missing.ZEROS",
        () -> Gradients.of(x.floor().exp(), x));
  }

  @Test
  void cotangentsMustFitTheOutputs() {
    Tensor x = f64(new double[2], 2);
    assertMessage(
        ShapeException.class,
        "vjp: cotangents[0] has shape [], expected [2]",
        () -> Gradients.vjp(List.of(x.exp()), List.of(scalar(1)), List.of(x)));
    assertMessage(
        DTypeException.class,
        "vjp: cotangents[0] is f32, expected f64; cast it",
        () -> Gradients.vjp(List.of(x.exp()), List.of(x.cast(DType.F32)), List.of(x)));
    assertMessage(
        IllegalArgumentException.class,
        "vjp: 1 outputs and 2 cotangents, expected one for each output",
        () -> Gradients.vjp(List.of(x.exp()), List.of(x, x), List.of(x)));
    assertMessage(
        ShapeException.class,
        "jvp: v[0] has shape [], expected [2]",
        () -> Gradients.jvp(x.exp(), x, scalar(1)));
  }
}
