package jacquard.examples;

import jacquard.autograd.Gradients;
import jacquard.tensor.Tensor;

/// A function, its slope and its curvature: nothing is computed before `print`, and then all of it
/// by one fused kernel.
public final class HelloTensor {
  private HelloTensor() {}

  static void main(String[] args) {
    Tensor x = Tensor.linspace(-2, 2, 5);
    Tensor y = x.gelu();
    Tensor slope = Gradients.of(y.sum(), x);
    Tensor curvature = Gradients.of(slope.sum(), x);
    Tensor.stack(0, x, y, slope, curvature).print();
  }
}
