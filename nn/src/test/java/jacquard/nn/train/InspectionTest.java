package jacquard.nn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.autograd.Gradients;
import jacquard.nn.Conv2d;
import jacquard.nn.Init;
import jacquard.nn.Linear;
import jacquard.nn.Pass;
import jacquard.nn.optim.Sgd;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InspectionTest {
  private final Init init = Init.of(1);
  private final Linear first = Linear.of(init.at("first"), 3, 4);
  private final Linear second = Linear.of(init.at("second"), 4, 1);

  private Tensor loss(Tensor x, Pass pass) {
    return second.forward(first.forward(x, pass).relu(), pass).square().mean();
  }

  private TrainStep<Tensor> step() {
    return TrainStep.of(
        this::loss, Sgd.of(List.of(first.weight(), second.weight()), 0.1), Key.of(1));
  }

  @Test
  void gradientsAreThoseOfTheStepAndNothingIsWritten() {
    Tensor x = Tensor.of(new float[] {1, -2, 3, 0.5f, 0, 1}, 2, 3);
    Inspection found = step().inspect(0, x);
    Tensor expected = Gradients.of(loss(x, Pass.training()), first.weight().value());
    assertArrayEquals(
        expected.toFloatArray(), found.gradients().get(first.weight()).toFloatArray(), 1e-6f);
    assertEquals(List.of(first.weight(), second.weight()), List.copyOf(found.gradients().keySet()));
    assertEquals(0, first.weight().version());
  }

  @Test
  void deadUnitsAreThoseThatAre0InEveryRow() {
    float[] weight = new float[12];
    Arrays.fill(weight, 1);
    first.weight().load(weight);
    first
        .bias()
        .load(new float[] {-100, 0, -100, -7.5f}); // rows sum to 6 and 8: the last one lives
    Tensor x = Tensor.of(new float[] {1, 2, 3, 2, 3, 3}, 2, 3);
    assertEquals(Map.of("first", 0.5), step().inspect(0, x).relus());
  }

  @Test
  void channelsOfAConvolutionAreItsUnits() {
    Conv2d conv = Conv2d.of(init.at("conv"), 1, 4, 3, 1, 0);
    float[] bias = {-50, 1, 1, 1};
    conv.bias().load(bias);
    TrainStep<Tensor> step =
        TrainStep.of(
            (x, pass) -> conv.forward(x, pass).relu().square().mean(),
            Sgd.of(List.of(conv.weight()), 0.1),
            Key.of(1));
    Inspection found = step.inspect(0, Tensor.ones(2, 1, 5, 5));
    assertEquals(Map.of("conv", 0.25), found.relus());
  }
}
