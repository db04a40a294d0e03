package jacquard.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Traversal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FusedVjpTest {

  private static Tensor random(int... dims) {
    Shape shape = Shape.of(dims);
    double[] x = new double[shape.arraySize()];
    Random random = new Random(1);
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextGaussian();
    }
    return Tensor.stored(DType.F64, x, shape, Device.REFERENCE);
  }

  private static Tensor attention(Tensor parts) {
    return parts.select(2, 0).attention(parts.select(2, 1), parts.select(2, 2), true);
  }

  private static long count(Tensor x, Class<? extends Op> op) {
    return Traversal.sourcesFirst(List.of(x.node())).stream()
        .filter(node -> op.isInstance(node.op()))
        .count();
  }

  @Test
  void cotangentOfOneProjectionIsNotPutTogetherFromParts() {
    Tensor parts = random(2, 3, 3, 2, 4);
    Tensor gradient = Gradients.of(attention(parts).square().sum(), parts);
    assertEquals(1, count(gradient, Op.AttentionGradient.class));
    assertEquals(0, count(gradient, Op.Concat.class));
    assertEquals(0, count(gradient, Op.Pad.class));
  }

  @Test
  void gradientsOfOneProjectionHoldToSecondOrder() {
    GradientCheck.check(x -> attention(x[0]), random(1, 3, 3, 1, 2));
  }

  @Test
  void oneTensorMayBeEverySource() {
    GradientCheck.check(x -> x[0].attention(x[0], x[0], false), random(1, 3, 2, 2));
    GradientCheck.check(x -> x[0].attention(x[0], x[0], true), random(1, 3, 2, 2));
  }
}
