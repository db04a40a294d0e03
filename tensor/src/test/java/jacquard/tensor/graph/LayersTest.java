package jacquard.tensor.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.testing.OnReference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnReference.class)
class LayersTest {
  private final State first = new State("net.first.weight", Tensor.ones(2, 2));
  private final State bias = new State("net.first.bias", Tensor.ones(2));
  private final State second = new State("net.second.weight", Tensor.ones(2, 2));

  @Test
  void aNodeBelongsWhereItsStateDoes() {
    Tensor x = Tensor.ones(3, 2);
    Tensor product = x.matmul(first.value().t());
    Tensor h = product.add(bias.value());
    Tensor relu = h.relu();
    Tensor y = relu.matmul(second.value().t());
    Tensor loss = y.add(h).square().mean();
    Layers layers = Layers.of(List.of(loss.node()));
    assertEquals("", layers.of(x.node()));
    assertEquals("net.first", layers.of(first.value().node()));
    assertEquals("net.first", layers.of(product.node()));
    assertEquals("net.first", layers.of(relu.node()));
    assertEquals("net.second", layers.of(y.node()));
    assertEquals("net.second", layers.of(loss.node()), "the latest of both summands");
  }

  @Test
  void whatAnOptimiserKeepsBelongsToTheParameter() {
    State mean = new State("adam.m.net.second.weight", Tensor.zeros(2, 2));
    Tensor moved = mean.value().mul(0.9).add(second.value().mul(0.1));
    Layers layers = Layers.of(List.of(moved.node()));
    assertEquals("net.second", layers.of(mean.value().node()));
    assertEquals("net.second", layers.of(moved.node()));
  }

  @Test
  void aPartOfAGradientBelongsToWhatItIsTheGradientOf() {
    Tensor[] made = new Tensor[2];
    Origin.recorded(() -> {
      Tensor h = Tensor.ones(3, 2).matmul(first.value()).tanh();
      Tensor y = h.matmul(second.value());
      Origin.gradientOf(h.node(), () -> made[0] = y.mul(y).add(1));
      made[1] = y.mul(made[0]);
      return y;
    });
    Layers layers = Layers.of(List.of(made[1].node()));
    assertEquals("net.first", layers.of(made[0].node()));
    assertEquals("net.first", layers.of(made[1].node()), "the latest source is the gradient");
  }

  /// A parameter's gradient, its square's sum, what clipping makes of it, and Adam's new values.
  private static final class Slot {
    private final State parameter;
    private final State mean;
    private final Tensor gradient;
    private final Tensor sum;

    private Slot(State parameter, Tensor gradient) {
      this.parameter = parameter;
      this.mean = new State("adam.m." + parameter.name(), Tensor.zeros(2, 2));
      this.gradient = gradient;
      this.sum = gradient.square().sum();
    }

    private Tensor clipped(Tensor factor) {
      return gradient.mul(factor);
    }

    private List<Update> updates(Tensor clipped) {
      Tensor moved = mean.value().mul(0.9).add(clipped.mul(0.1));
      Tensor part = moved.div(clipped.square().sqrt().add(1e-8));
      return List.of(
          new Update(mean, moved), new Update(parameter, parameter.value().sub(part.mul(0.1))));
    }
  }

  /// Two layers' gradients, recorded as such.
  private List<Slot> slots(Tensor h, Tensor y) {
    Tensor[] made = new Tensor[2];
    Origin.gradientOf(y.node(), () -> made[1] = h.t().matmul(y));
    Origin.gradientOf(
        h.node(), () -> made[0] = Tensor.ones(2, 3).matmul(y.matmul(second.value().t())));
    return List.of(new Slot(first, made[0]), new Slot(second, made[1]));
  }

  private static Tensor norm(List<Slot> slots) {
    return slots.get(0).sum.add(slots.get(1).sum).sqrt();
  }

  @Test
  void aClippedUpdateBelongsToTheStateThatItUpdates() {
    Origin.recorded(() -> {
      Tensor h = Tensor.ones(3, 2).matmul(first.value());
      Tensor y = h.matmul(second.value());
      Tensor loss = y.square().mean();
      List<Slot> slots = slots(h, y);
      Tensor norm = norm(slots);
      Tensor factor = norm.recip().minimum(1);
      List<Tensor> clipped = slots.stream().map(slot -> slot.clipped(factor)).toList();
      List<List<Update>> updates =
          List.of(slots.get(0).updates(clipped.get(0)), slots.get(1).updates(clipped.get(1)));
      Layers layers =
          Layers.of(new Work(List.of(loss, norm), updates.stream().flatMap(List::stream).toList()));
      List<String> expected = List.of("net.first", "net.second");
      for (int i = 0; i < 2; i++) {
        String layer = expected.get(i);
        assertEquals(layer, layers.of(slots.get(i).gradient.node()));
        assertEquals(layer, layers.of(slots.get(i).sum.node()), "of one gradient only");
        assertEquals(layer, layers.of(clipped.get(i).node()), "by the norm of all");
        for (Update update : updates.get(i)) {
          Node value = update.value().node();
          assertEquals(layer, layers.of(value));
          for (Node source : value.sources()) {
            assertEquals(layer, layers.of(source), () -> source + " of " + update.state().name());
          }
        }
      }
      assertEquals(Layers.UPDATE, layers.of(norm.node()));
      assertEquals(Layers.UPDATE, layers.of(factor.node()));
      assertEquals("net.second", layers.of(loss.node()), "not of an update");
      assertTrue(layers.isOfUpdate(norm.node()), "though it is an output");
      assertTrue(layers.isOfUpdate(factor.node()));
      for (int i = 0; i < 2; i++) {
        assertTrue(layers.isOfUpdate(clipped.get(i).node()));
        assertTrue(layers.isOfUpdate(updates.get(i).getLast().value().node()));
        assertFalse(layers.isOfUpdate(slots.get(i).gradient.node()));
      }
      assertFalse(layers.isOfUpdate(y.node()));
      assertFalse(layers.isOfUpdate(loss.node()));
      return loss;
    });
  }

  @Test
  void whoReadsANewValueDoesNotChangeWhereItBelongs() {
    Origin.recorded(() -> {
      Tensor h = Tensor.ones(3, 2).matmul(first.value());
      List<Slot> slots = slots(h, h.matmul(second.value()));
      Tensor factor = norm(slots).recip();
      List<Update> updates =
          slots.stream().flatMap(slot -> slot.updates(slot.clipped(factor)).stream()).toList();
      Tensor newFirst = updates.get(1).value();
      Tensor newSecond = updates.get(3).value();
      Tensor again = Tensor.ones(3, 2).matmul(newFirst);
      Tensor sum = again.matmul(newSecond).add(again);
      Layers layers = Layers.of(new Work(List.of(sum), updates));
      assertEquals("net.first", layers.of(newFirst.node()));
      assertEquals("net.first", layers.of(newFirst.node().source(1)));
      assertEquals("net.second", layers.of(newSecond.node()));
      assertEquals("net.second", layers.of(sum.node()), "a model as any other");
      return sum;
    });
  }

  @Test
  void whatOnlyAGradientReadsIsOfTheModel() {
    Origin.recorded(() -> {
      Tensor relu = Tensor.ones(3, 2).matmul(first.value()).relu();
      Tensor y = relu.matmul(second.value());
      Tensor[] made = new Tensor[1];
      Origin.gradientOf(y.node(), () -> made[0] = relu.t().matmul(Tensor.ones(3, 2)));
      Update update = new Update(second, second.value().sub(made[0]));
      Layers layers = Layers.of(new Work(List.of(), List.of(update)));
      assertEquals("net.first", layers.of(relu.node()), "though only net.second's update needs it");
      assertEquals("net.second", layers.of(update.value().node()));
      return y;
    });
  }

  @Test
  void whatFurtherGradientsAreMadeFromIsNoUpdate() {
    Origin.recorded(() -> {
      Tensor y = Tensor.ones(3, 2).matmul(first.value());
      Tensor[] made = new Tensor[2];
      Origin.gradientOf(y.node(), () -> made[0] = first.value().mul(2));
      Tensor penalty = made[0].square().sum();
      Origin.gradientOf(penalty.node(), () -> made[1] = made[0].mul(penalty));
      Update update = new Update(first, first.value().sub(made[1]));
      Layers layers = Layers.of(new Work(List.of(), List.of(update)));
      assertFalse(layers.isOfUpdate(penalty.node()), "of a slope");
      assertTrue(layers.isOfUpdate(update.value().node()));
      return y;
    });
  }

  @Test
  void aRunningMeanIsAnUpdateAndTheMeanIsNot() {
    State running = new State("net.first.mean", Tensor.ones(2));
    Tensor y = Tensor.ones(3, 2).matmul(first.value());
    Tensor mean = y.mean(0);
    Tensor moved = running.value().mul(0.9).add(mean.mul(0.1));
    Layers layers = Layers.of(new Work(List.of(y.sub(mean)), List.of(new Update(running, moved))));
    assertFalse(layers.isOfUpdate(mean.node()));
    assertTrue(layers.isOfUpdate(moved.node()));
    assertTrue(layers.isOfUpdate(moved.node().source(1)), "a tenth of it");
  }
}
