package jacquard.tensor.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.State;
import jacquard.tensor.Tensor;
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
}
