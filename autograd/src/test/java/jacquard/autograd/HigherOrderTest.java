package jacquard.autograd;

import static jacquard.autograd.Graphs.added;
import static jacquard.autograd.Graphs.assertClose;
import static jacquard.autograd.Graphs.count;
import static jacquard.autograd.Graphs.f64;
import static jacquard.autograd.Graphs.random;
import static jacquard.autograd.Graphs.scalar;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Gradients of gradients, Hessians and Jacobians, and products with them.
class HigherOrderTest {
  @Test
  void gradientPenaltyIsDifferentiatedByTheWeights() {
    // N samples, D inputs, H hidden
    Tensor x = random(1, 4, 3);
    Tensor w1 = random(2, 3, 5);
    Tensor w2 = random(3, 5, 1);
    GradientCheck.Report report =
        GradientCheck.check(
            t -> {
              Tensor score = x.matmul(t[0]).tanh().matmul(t[1]).sum();
              Tensor slope = Gradients.of(score, x);
              return slope.square().sum(1).add(1e-12).sqrt().sub(1).square().mean();
            },
            w1,
            w2);
    assertEquals(2 * (15 + 5), report.checked());
  }

  @Test
  void hessianVectorProductMatchesTheFullHessian() {
    Tensor x = random(1, 4);
    Tensor v = random(2, 4);
    Tensor loss = x.exp().mul(x.flip(0)).sum().tanh().add(x.square().sum().log());
    Tensor hessian = Gradients.hessian(loss, x);
    assertEquals(Shape.of(4, 4), hessian.shape());
    assertClose(
        hessian.matmul(v.reshape(4, 1)).reshape(4).toDoubleArray(), Gradients.hvp(loss, x, v));
    assertClose(hessian.toDoubleArray(), hessian.t());
  }

  @Test
  void hessianOfAQuadraticFormIsItsMatrix() {
    Tensor x = f64(new double[] {1, 2}, 2, 1);
    Tensor a = f64(new double[] {2, 1, 1, 6}, 2, 2);
    Tensor loss = x.t().matmul(a).matmul(x).reshape().mul(0.5);
    Tensor hessian = Gradients.hessian(loss, x);
    assertEquals(Shape.of(2, 1, 2, 1), hessian.shape());
    assertClose(new double[] {2, 1, 1, 6}, hessian);
  }

  @Test
  void hessianVectorProductsOfSeveralTensorsMix() {
    Tensor a = scalar(2);
    Tensor b = scalar(3);
    // d2(a^2 b): aa 2b = 6, ab 2a = 4, bb 0
    List<Tensor> h = Gradients.hvp(a.mul(a).mul(b), List.of(a, b), List.of(scalar(1), scalar(10)));
    assertClose(new double[] {6 + 40}, h.get(0));
    assertClose(new double[] {4}, h.get(1));
  }

  @Test
  void hessianOfALinearLossIsZero() {
    Tensor x = random(1, 3);
    assertClose(new double[9], Gradients.hessian(x.mul(2).sum(), x));
  }

  @Test
  void jacobianMatchesProductsFromBothSides() {
    Tensor x = random(1, 2, 3);
    Tensor y = x.softmax(1).matmul(x.t()).exp();
    Tensor jacobian = Gradients.jacobian(y, x);
    assertEquals(Shape.of(2, 2, 2, 3), jacobian.shape());
    Tensor flat = jacobian.reshape(4, 6);
    Tensor v = random(2, 2, 3);
    assertClose(flat.matmul(v.reshape(6, 1)).reshape(4).toDoubleArray(), Gradients.jvp(y, x, v));
    Tensor u = random(3, 2, 2);
    assertClose(
        u.reshape(1, 4).matmul(flat).reshape(6).toDoubleArray(),
        Gradients.vjp(List.of(y), List.of(u), List.of(x)).get(0));
  }

  @Test
  void jacobianVectorProductDoesNotReadTheDummyCotangent() {
    Tensor x = random(1, 3);
    Tensor v = random(2, 3);
    Tensor y = x.exp().mul(x.tanh());
    List<Node> added = added(List.of(Gradients.jvp(y, x, v)), y, v);
    assertEquals(0, count(added, Op.Detach.class));
  }

  @Test
  void jacobianVectorProductOfSeveralTensorsIsTheirSum() {
    Tensor a = scalar(2);
    Tensor b = scalar(3);
    assertClose(
        new double[] {3 * 5 + 2 * 7},
        Gradients.jvp(a.mul(b), List.of(a, b), List.of(scalar(5), scalar(7))));
    assertClose(new double[] {0}, Gradients.jvp(a.exp(), b, scalar(1)));
  }

  @Test
  void vectorJacobianProductsOfSeveralOutputsAddUp() {
    Tensor x = f64(new double[] {1, 2}, 2);
    List<Tensor> g =
        Gradients.vjp(
            List.of(x.square(), x.sum(), x),
            List.of(f64(new double[] {1, 10}, 2), scalar(100), f64(new double[] {0.5, 0.25}, 2)),
            List.of(x));
    assertClose(new double[] {2 + 100 + 0.5, 40 + 100 + 0.25}, g.get(0));
  }

  @Test
  void jacobianOfNothingIsEmpty() {
    Tensor x = f64(new double[0], 0);
    assertEquals(Shape.of(0, 0), Gradients.jacobian(x.exp(), x).shape());
    assertEquals(Shape.of(0), Gradients.of(x.exp().sum(), x).shape());
  }
}
