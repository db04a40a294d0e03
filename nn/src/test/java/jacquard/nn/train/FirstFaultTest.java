package jacquard.nn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.Init;
import jacquard.nn.Linear;
import jacquard.nn.Pass;
import jacquard.nn.optim.Sgd;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Origin;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class FirstFaultTest {
  private final Init init = Init.of(1);
  private final Linear first = Linear.of(init.at("first"), 3, 4);
  private final Linear second = Linear.of(init.at("second"), 4, 1);

  private FirstFault fault(Tensor x, UnaryOperator<Tensor> between) {
    TrainStep<Tensor> step = step(between, 0.1);
    return FirstFault.of(Origin.recorded(() -> step.work(0, x)));
  }

  private TrainStep<Tensor> step(UnaryOperator<Tensor> between, double rate) {
    return TrainStep.of(
        (batch, pass) ->
            second.forward(between.apply(first.forward(batch, pass)), pass).square().mean(),
        Sgd.of(List.of(first.weight(), second.weight()), rate),
        Key.of(1));
  }

  @Test
  void finiteStepsHaveNone() {
    assertNull(fault(Tensor.ones(2, 3), Tensor::tanh));
  }

  @Test
  void theOperationItsLayerAndItsLineAreNamed() {
    FirstFault fault = fault(Tensor.ones(2, 3), x -> x.square().neg().sub(1).log());
    assertNotNull(fault);
    assertEquals("log", fault.operation());
    assertEquals("first", fault.layer());
    assertTrue(fault.isNaN());
    assertFalse(fault.inGradient());
    assertTrue(fault.toString().startsWith("log of first, FirstFaultTest."), fault::toString);
    assertTrue(fault.toString().contains("(FirstFaultTest.java:"), fault::toString);
    assertTrue(fault.toString().endsWith(", made the first NaN"), fault::toString);
  }

  @Test
  void whatOverflowsIsBeforeTheNaNThatItCauses() {
    FirstFault fault = fault(Tensor.ones(2, 3), x -> x.abs().add(100).exp().softmax(-1));
    assertNotNull(fault);
    assertEquals("exp", fault.operation());
    assertFalse(fault.isNaN());
  }

  @Test
  void aGradientCanBeNoNumberWhereTheLossIsOne() {
    // the slope of a root at 0 is infinite, and 0 times that is NaN
    FirstFault fault = fault(Tensor.ones(2, 3), x -> x.mul(0).sqrt().add(x));
    assertNotNull(fault);
    assertTrue(fault.inGradient(), fault::toString);
    assertEquals("first", fault.layer());
    assertTrue(fault.toString().startsWith("the gradient's "), fault::toString);
  }

  @Test
  void aFaultBehindClippingIsOfTheLayerThatIsUpdated() {
    TrainStep<Tensor> step = step(UnaryOperator.identity(), 3e38).withClipNorm(1000);
    Tensor x = Tensor.ones(2, 3).mul(1000).realise();
    FirstFault fault = FirstFault.of(Origin.recorded(() -> step.work(0, x)));
    assertNotNull(fault);
    assertFalse(fault.isNaN());
    assertFalse(fault.inGradient());
    assertTrue(fault.toString().startsWith("mul of first, Sgd.update(Sgd.java:"), fault::toString);
  }

  @Test
  void aMasksInfiniteNumbersAreNotTheFault() {
    UnaryOperator<Tensor> masked =
        x ->
            x.lt(0)
                .where(Tensor.constant(x.dtype(), Double.NEGATIVE_INFINITY, x.device()), x)
                .softmax(-1);
    assertNull(fault(Tensor.ones(2, 3), masked), "infinite numbers in a softmax do no harm");
    FirstFault fault = fault(Tensor.ones(2, 3), x -> masked.apply(x).sub(1).log());
    assertNotNull(fault);
    assertEquals("log", fault.operation());
  }

  @Test
  void weightsAndDataThatWereNoNumbersBeforeAreNamed() {
    float[] weight = first.weight().value().toFloatArray().clone();
    weight[5] = Float.NaN;
    first.weight().load(weight);
    FirstFault fault = fault(Tensor.ones(2, 3), Tensor::tanh);
    assertNotNull(fault);
    assertEquals("state first.weight", fault.operation());

    first.weight().load(new float[12]);
    Tensor data = Tensor.of(new float[] {1, 2, Float.POSITIVE_INFINITY}, 1, 3);
    FirstFault given = fault(data.realise(), Tensor::tanh);
    assertNotNull(given);
    assertEquals("data f32[1, 3]", given.operation());
  }

  @Test
  void nothingIsWritten() {
    float[] before = first.weight().value().toFloatArray();
    fault(Tensor.ones(2, 3), Tensor::tanh);
    assertEquals(0, first.weight().version());
    assertEquals(before[0], first.weight().value().toFloatArray()[0]);
    assertEquals(
        4,
        new Work(List.of(first.forward(Tensor.ones(1, 3), Pass.evaluation())), List.of())
            .outputs()
            .getFirst()
            .size());
  }
}
