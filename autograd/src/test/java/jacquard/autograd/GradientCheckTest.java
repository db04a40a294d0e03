package jacquard.autograd;

import static jacquard.autograd.Graphs.f64;
import static jacquard.autograd.Graphs.i32;
import static jacquard.autograd.Graphs.random;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.DTypeException;
import jacquard.tensor.Ints;
import jacquard.tensor.Tensor;
import org.junit.jupiter.api.Test;

class GradientCheckTest {

  @Test
  void wrongGradientIsFoundAtItsElement() {
    // the second row's gradient is a half of what it should be
    Tensor x = f64(new double[] {1, 2, 3, 4}, 2, 2);
    GradientCheck.Report report =
        GradientCheck.standard()
            .withOrders(1)
            .run(
                t -> {
                  Tensor row = t[0].slice(0, 1, 2);
                  return t[0].slice(0, 0, 1).square().add(row.mul(row.detach()));
                },
                x);
    assertFalse(report.passed());
    GradientCheck.Element worst = report.worst();
    assertEquals(1, worst.order());
    assertEquals(0, worst.input());
    assertEquals(1, worst.index().get(0));
    assertEquals(0.5, worst.relativeError(), 1e-9);
    assertEquals(worst.numeric(), 2 * worst.analytic(), 1e-9);
    assertEquals(4, report.checked());
  }

  @Test
  void wrongSecondDerivativeIsFound() {
    // 2 c x - c^2 with c = x: value x^2 and slope 2 x, but a slope that does not change
    GradientCheck.Report report =
        GradientCheck.standard()
            .run(
                t -> t[0].mul(t[0].detach()).mul(2).sub(t[0].detach().square()),
                f64(new double[] {1, 2}, 2));
    assertFalse(report.passed());
    assertEquals(2, report.worst().order());
    assertEquals(0, report.worst().analytic());
  }

  @Test
  void failureNamesTheWorstElement() {
    AssertionError e =
        assertThrows(
            AssertionError.class,
            () ->
                GradientCheck.standard()
                    .withOrders(1)
                    .run(t -> t[0].mul(t[1].detach()), random(1, 1), random(2, 1))
                    .orThrow());
    assertTrue(
        e.getMessage().startsWith("gradientCheck: order 1, input 1 at [0]: analytic 0.0, numeric "),
        e.getMessage());
    assertTrue(e.getMessage().endsWith(" derivatives checked"), e.getMessage());
  }

  @Test
  void notANumberFails() {
    GradientCheck.Report report =
        GradientCheck.standard().run(t -> t[0].sqrt(), f64(new double[] {1, 0, 2}, 3));
    assertFalse(report.passed());
    assertEquals(Double.POSITIVE_INFINITY, report.worst().relativeError());
    assertEquals(Ints.of(1), report.worst().index());
  }

  @Test
  void manyElementsAreSampledEvenly() {
    GradientCheck.Report report =
        GradientCheck.standard().withElements(5).run(t -> t[0].exp(), random(1, 100));
    assertTrue(report.passed());
    assertEquals(10, report.checked());
  }

  @Test
  void emptyInputsPass() {
    GradientCheck.Report report = GradientCheck.check(t -> t[0].exp(), f64(new double[0], 0, 3));
    assertEquals(0, report.checked());
  }

  @Test
  void integersAreHandedThrough() {
    GradientCheck.check(t -> t[0].gather(t[1]).exp(), random(1, 3, 2), i32(new int[] {2, 0, 2}, 3));
  }

  @Test
  void onlyDoublesAreFineEnough() {
    Tensor x = random(1, 2);
    assertThrows(DTypeException.class, () -> GradientCheck.check(t -> t[0], x.cast(DType.F32)));
    assertThrows(DTypeException.class, () -> GradientCheck.check(t -> t[0], i32(new int[] {1}, 1)));
  }
}
