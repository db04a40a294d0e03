package jacquard.autograd;

import static jacquard.autograd.Graphs.added;
import static jacquard.autograd.Graphs.count;
import static jacquard.autograd.Graphs.i32;
import static jacquard.autograd.Graphs.random;
import static jacquard.autograd.Graphs.scalar;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Traversal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CheckpointTest {
  private final Tensor x = random(1, 3, 4);
  private final Tensor w = random(2, 4, 4);
  private final Tensor b = random(3, 4);

  private Tensor layer(Tensor t) {
    return t.matmul(w).add(b).tanh().square();
  }

  /// Losses with and without checkpoints have the same gradients and second derivatives, up to the
  /// order of sums.
  private static void assertSame(Function<Boolean, Tensor> loss, Tensor... wrt) {
    List<Tensor> plain = Gradients.ofOrZeros(loss.apply(false), List.of(wrt));
    List<Tensor> again = Gradients.ofOrZeros(loss.apply(true), List.of(wrt));
    for (int i = 0; i < wrt.length; i++) {
      assertClose(plain.get(i), again.get(i));
    }
    for (Tensor t : wrt) {
      Tensor v = random(9, t.shape().toArray());
      assertClose(Gradients.hvp(loss.apply(false), t, v), Gradients.hvp(loss.apply(true), t, v));
    }
  }

  private static void assertClose(Tensor expected, Tensor actual) {
    double[] e = expected.toDoubleArray();
    double largest = 1;
    for (double value : e) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertArrayEquals(e, actual.toDoubleArray(), 1e-13 * largest);
  }

  private static Tensor chain(
      Tensor x, int layers, boolean checkpoint, UnaryOperator<Tensor> layer) {
    Tensor y = x;
    for (int i = 0; i < layers; i++) {
      y = checkpoint ? Checkpoint.of(layer, y) : layer.apply(y);
    }
    return y.sum();
  }

  @Test
  void valueAndGradientsAreThoseOfTheSegment() {
    assertEquals(chain(x, 3, false, this::layer).item(), chain(x, 3, true, this::layer).item());
    assertSame(on -> chain(x, 3, on, this::layer), x, w, b);
    assertSame(on -> chain(x, 3, on, this::layer), b);
    List<Tensor> plain = Gradients.of(chain(x, 3, false, this::layer), x, w, b);
    List<Tensor> again = Gradients.of(chain(x, 3, true, this::layer), x, w, b);
    for (int i = 0; i < 3; i++) {
      // bit for bit: no tensor is used twice in a segment
      assertArrayEquals(plain.get(i).toDoubleArray(), again.get(i).toDoubleArray());
    }
  }

  @Test
  void gradientReadsNoInnerValueOfTheFirstComputation() {
    List<Node> inner = new ArrayList<>();
    Tensor y = x.exp();
    Tensor made =
        Checkpoint.of(
            t -> {
              Tensor h = t.matmul(w);
              Tensor a = h.tanh();
              inner.add(h.node());
              inner.add(a.node());
              return a.square();
            },
            y);
    Tensor loss = made.sin().sum();
    List<Tensor> gradients = Gradients.of(loss, x, w);
    Set<Node> read = new HashSet<>();
    for (Node node : added(gradients, loss)) {
      read.addAll(node.sources());
    }
    for (Node node : inner) {
      assertFalse(read.contains(node), node.toString());
    }
    assertTrue(read.contains(made.node()), "the cosine reads the result of the segment");
  }

  @Test
  void secondComputationWaitsForTheCotangentOfTheResult() {
    Tensor made = Checkpoint.of(this::layer, x.exp());
    Tensor loss = made.sin().sum();
    List<Node> added = added(List.of(Gradients.of(loss, w)), loss);
    List<Node> late = added.stream().filter(n -> n.op() instanceof Op.After).toList();
    assertEquals(1, late.size());
    Node token = late.get(0).source(1);
    assertEquals(made.shape(), token.shape());
    assertTrue(Traversal.sourcesFirst(List.of(token)).contains(made.node()));
    // tanh of the segment runs again, and only after the input was let through
    Node tanh = added.stream().filter(n -> n.op().label().equals("tanh")).findFirst().orElseThrow();
    assertTrue(Traversal.sourcesFirst(List.of(tanh)).contains(late.get(0)));
  }

  @Test
  void workIsDoneTwiceAtMost() {
    Tensor loss = chain(x, 5, true, this::layer);
    List<Node> added = added(Gradients.of(loss, x, w, b), loss);
    assertEquals(5, added.stream().filter(n -> n.op().label().equals("tanh")).count());
    assertEquals(5, count(added, Op.After.class));
    // again 5, by the input 5, by the weights 5
    assertEquals(15, count(added, Op.Dot.class));
  }

  @Test
  void graphGrowsLinearlyWithTheNumberOfSegments() {
    long[] nodes = new long[2];
    for (int i = 0; i < 2; i++) {
      Tensor loss = chain(x, 20 * (i + 1), true, this::layer);
      nodes[i] = added(List.of(Gradients.of(loss, w)), loss).size();
    }
    assertTrue(
        nodes[1] < 2.1 * nodes[0], nodes[0] + " nodes for 20 segments, " + nodes[1] + " for 40");
  }

  @Test
  void severalInputsOfAnyDType() {
    Tensor index = i32(new int[] {2, 0, 2, 1, 1}, 5);
    Function<Tensor[], Tensor> segment = t -> t[0].gather(t[2]).mul(t[1]).exp().matmul(w);
    Tensor scale = random(5, 5, 4);
    assertSame(
        on ->
            (on
                    ? Checkpoint.of(segment, x, scale, index)
                    : segment.apply(new Tensor[] {x, scale, index}))
                .sum(),
        x,
        scale,
        w);
  }

  @Test
  void inputsMayDependOnEachOther() {
    BinaryOperator<Tensor> segment = (s, t) -> s.mul(t).tanh().add(s);
    assertSame(
        on -> {
          Tensor s = x.square();
          Tensor t = s.exp();
          return (on ? Checkpoint.of(i -> segment.apply(i[0], i[1]), s, t) : segment.apply(s, t))
              .sum();
        },
        x);
  }

  @Test
  void segmentsNest() {
    UnaryOperator<Tensor> two =
        t -> Checkpoint.of(this::layer, Checkpoint.of(this::layer, t).add(1));
    UnaryOperator<Tensor> plain = t -> layer(layer(t).add(1));
    assertSame(on -> chain(x, 2, on, on ? two : plain), x, w, b);
  }

  @Test
  void computedTensorsThatTheSegmentCapturesHaveGradients() {
    Tensor theta = random(4, 4, 4);
    Tensor made = theta.tanh();
    UnaryOperator<Tensor> segment = t -> t.matmul(made).exp().mul(made.sum());
    assertSame(on -> chain(x, 2, on, segment), theta, made, x);
  }

  @Test
  void gradientsByInnerValuesAreComplete() {
    Tensor[] inner = new Tensor[2];
    Tensor[] loss = new Tensor[2];
    for (int i = 0; i < 2; i++) {
      int at = i;
      UnaryOperator<Tensor> segment =
          t -> {
            inner[at] = t.exp();
            return inner[at].mul(t).sin();
          };
      Tensor y = i == 0 ? segment.apply(x) : Checkpoint.of(segment, x);
      // the inner value is also used outside
      loss[i] = y.add(inner[i].square()).sum();
    }
    List<Tensor> plain = Gradients.of(loss[0], inner[0], x);
    List<Tensor> again = Gradients.of(loss[1], inner[1], x);
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(plain.get(i).toDoubleArray(), again.get(i).toDoubleArray(), 1e-13);
    }
  }

  @Test
  void segmentThatReturnsItsInputOrAConstant() {
    assertSame(on -> (on ? Checkpoint.of(t -> t, x.exp()) : x.exp()).sum(), x);
    Tensor y = x.exp();
    Tensor fixed = w.sum();
    Tensor loss = Checkpoint.of(t -> fixed.exp(), y).add(y.sum());
    double byW = Math.exp(w.sum().item());
    for (double g : Gradients.of(loss, w).toDoubleArray()) {
      assertEquals(byW, g, 1e-12 * byW);
    }
    assertArrayEquals(x.exp().toDoubleArray(), Gradients.of(loss, x).toDoubleArray());
  }

  @Test
  void detachInsideStaysConstant() {
    UnaryOperator<Tensor> segment = t -> t.sub(t.maxKeepDims(1).detach()).exp().mul(t);
    assertSame(on -> chain(x, 2, on, segment), x);
  }

  @Test
  void gradientCheckPassesThroughSegments() {
    GradientCheck.check(
        t -> Checkpoint.of(s -> s[0].matmul(s[1]).tanh(), t[0], t[1]).exp(),
        random(1, 2, 3),
        random(2, 3, 2));
  }

  @Test
  void tenThousandNodesInASegment() {
    Tensor at = scalar(0.5);
    Tensor y =
        Checkpoint.of(
            t -> {
              Tensor z = t;
              for (int i = 0; i < 10_000; i++) {
                z = z.mul(0.9999);
              }
              return z;
            },
            at);
    assertEquals(Math.pow(0.9999, 10_000), Gradients.of(y, at).item(), 1e-12);
  }

  @Test
  void segmentNeedsAnInput() {
    assertEquals(
        "checkpoint: no inputs, expected what the segment is computed from; pass it, or call the segment directly",
        assertThrows(IllegalArgumentException.class, () -> Checkpoint.of(t -> x, new Tensor[0]))
            .getMessage());
  }
}
