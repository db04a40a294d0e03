package jacquard.autograd;

import static jacquard.autograd.Graphs.f64;
import static jacquard.autograd.Graphs.i32;
import static jacquard.autograd.Graphs.random;
import static jacquard.autograd.Graphs.scalar;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Movement;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rules where the operation table does not go: zeros, ties, empty axes, sources that are not
/// needed.
class VjpTest {

  private static double[] gradient(Function<Tensor, Tensor> f, double... x) {
    Tensor at = f64(x, x.length);
    return Gradients.of(f.apply(at).sum(), at).toDoubleArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 13})
  void productIsRightAtAnyNumberOfZerosToThirdOrder(int n) {
    for (int zeros = 0; zeros <= Math.min(n, 3); zeros++) {
      double[] x = random(n, n).toDoubleArray();
      for (int i = 0; i < zeros; i++) {
        x[i * 5 % n] = 0;
      }
      GradientCheck.standard().withOrders(3).run(t -> t[0].prod(), f64(x, n)).orThrow();
    }
  }

  @Test
  void productOverSomeAxesIsRightAtZeros() {
    double[] x = random(7, 2, 3, 2, 2).toDoubleArray();
    x[0] = 0;
    x[5] = 0;
    x[6] = 0;
    GradientCheck.check(t -> t[0].prod(1, 3).tanh(), f64(x, 2, 3, 2, 2));
    GradientCheck.check(t -> t[0].prodKeepDims(0, 2), f64(x, 2, 3, 2, 2));
  }

  @Test
  void productOfNothingHasAnEmptyGradient() {
    Tensor x = f64(new double[0], 3, 0);
    assertEquals("[3, 0]", Gradients.of(x.prod(1).sum(), x).shape().toString());
  }

  private static final double[] SIGNS = {
    -Double.MAX_VALUE, -2, -Double.MIN_VALUE, -0.0, 0, Double.MIN_VALUE, 3, Double.NaN
  };

  @Test
  void rectifiersHaveTheGradientThatTheirConditionSays() {
    for (double slope : new double[] {-1, 0, 0.25, 2}) {
      double[] found = gradient(x -> x.leakyRelu(slope), SIGNS);
      assertArrayEquals(new double[] {slope, slope, slope, slope, slope, 1, 1, slope}, found);
    }
    assertArrayEquals(new double[] {0, 0, 0, 0, 0, 1, 1, 0}, gradient(Tensor::relu, SIGNS));
  }

  /// Neither does it keep it in memory until the gradient is computed, then.
  @Test
  void gradientOfARectifierReadsItsResultInPlaceOfItsArgument() {
    Tensor x = random(3, 4);
    assertFalse(gradientReads(x.relu(), x));
    assertFalse(gradientReads(x.leakyRelu(0.2), x));
    assertFalse(gradientReads(x.leakyRelu(0), x));
    // below 0 the sign of the result is another one
    assertTrue(gradientReads(x.leakyRelu(-0.2), x));
    assertTrue(gradientReads(x.gt(0.5).where(x, scalar(0)), x));
    assertTrue(gradientReads(x.gt(0).where(x.mul(2), scalar(0)), x));
  }

  /// Whether the gradient of a `where` reads `x` other than by its result.
  private static boolean gradientReads(Tensor y, Tensor x) {
    Tensor g = random(4, 4);
    Tensor dx = Vjp.of(y.node(), g, new boolean[] {false, true, false})[1];
    return Graphs.added(List.of(dx), y, g).stream().anyMatch(n -> n.sources().contains(x.node()))
        || dx.node().source(0) == y.node().source(0);
  }

  @Test
  void powerAtBaseZero() {
    Tensor a = f64(new double[] {0, 0, 0, 0}, 4);
    Tensor b = f64(new double[] {0, 1, 2, 3}, 4);
    List<Tensor> g = Gradients.of(a.pow(b).sum(), a, b);
    assertArrayEquals(new double[] {0, 1, 0, 0}, g.get(0).toDoubleArray());
    assertArrayEquals(new double[] {0, 0, 0, 0}, g.get(1).toDoubleArray());
    // d2/da2 a^b: b (b - 1) a^(b - 2)
    Tensor second = Gradients.of(Gradients.of(a.pow(b).sum(), a).sum(), a);
    assertArrayEquals(new double[] {0, 0, 2, 0}, second.toDoubleArray());
  }

  @Test
  void powerOfANegativeBase() {
    Tensor a = f64(new double[] {-2, -2, -2}, 3);
    Tensor b = f64(new double[] {2, 3, -1}, 3);
    List<Tensor> g = Gradients.of(a.pow(b).sum(), a, b);
    assertArrayEquals(new double[] {-4, 12, -0.25}, g.get(0).toDoubleArray());
    for (double byExponent : g.get(1).toDoubleArray()) {
      assertTrue(Double.isNaN(byExponent));
    }
  }

  @Test
  void powerWithAConstantExponent() {
    assertArrayEquals(new double[] {5 * 16, 0, 5}, gradient(x -> x.pow(5), -2, 0, 1), 0);
    assertArrayEquals(new double[] {0, 0}, gradient(x -> x.pow(0), 0, 2));
    assertArrayEquals(new double[] {0, 3}, gradient(x -> x.pow(1.5), 0, 4));
    for (double c : new double[] {0, 1, 2}) {
      Tensor exponent = scalar(0).mul(0).add(c);
      assertArrayEquals(
          gradient(x -> x.pow(exponent), 0.5, -0.25),
          gradient(x -> x.pow(Tensor.constant(DType.F64, c, x.device())), 0.5, -0.25),
          0);
    }
  }

  @Test
  void equalArgumentsOfMaximumShareTheGradient() {
    Tensor a = f64(new double[] {1, 2, 3}, 3);
    Tensor b = f64(new double[] {2, 2, 2}, 3);
    List<Tensor> larger = Gradients.of(a.maximum(b).sum(), a, b);
    assertArrayEquals(new double[] {0, 0.5, 1}, larger.get(0).toDoubleArray());
    assertArrayEquals(new double[] {1, 0.5, 0}, larger.get(1).toDoubleArray());
    List<Tensor> smaller = Gradients.of(a.minimum(b).sum(), a, b);
    assertArrayEquals(new double[] {1, 0.5, 0}, smaller.get(0).toDoubleArray());
    assertArrayEquals(new double[] {0, 0.5, 1}, smaller.get(1).toDoubleArray());
  }

  @Test
  void largestElementsShareTheGradientEvenly() {
    Tensor x = f64(new double[] {1, 3, 3, 2, 5, 0}, 2, 3);
    Tensor g = Gradients.of(x.max(1).mul(f64(new double[] {1, 10}, 2)).sum(), x);
    assertArrayEquals(new double[] {0, 0.5, 0.5, 0, 10, 0}, g.toDoubleArray());
    assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, gradient(t -> t.min(), 2, 2, 2, 2));
  }

  @Test
  void magnitudeHasNoSlopeAtZero() {
    assertArrayEquals(new double[] {-1, 0, 1}, gradient(Tensor::abs, -2, 0, 3));
  }

  @Test
  void reluHasNoSlopeAtZero() {
    assertArrayEquals(new double[] {0, 0, 1}, gradient(Tensor::relu, -2, 0, 3));
  }

  @Test
  void saturatedFunctionsHaveNoSlope() {
    double[] far = {-1e3, 1e3};
    assertArrayEquals(new double[2], gradient(Tensor::sigmoid, far));
    assertArrayEquals(new double[2], gradient(Tensor::tanh, far));
    assertArrayEquals(new double[2], gradient(Tensor::erf, far));
  }

  @Test
  void sliceAndPadOfEmptyAxes() {
    Tensor x = f64(new double[] {1, 2, 3}, 3);
    assertArrayEquals(
        new double[] {2, 4, 6},
        Gradients.of(Movement.concat(0, List.of(x.slice(0, 2, 2), x)).square().sum(), x)
            .toDoubleArray());
    Tensor none = f64(new double[0], 0, 2);
    Tensor padded = none.pad(Ints.of(1, 0), Ints.of(2, 1), Ints.of(3, 1), 5);
    assertEquals("[0, 2]", Gradients.of(padded.sum(), none).shape().toString());
  }

  @Test
  void everySecondElementFromBothEnds() {
    for (int n = 1; n < 7; n++) {
      for (int step = 1; step < 4; step++) {
        int every = step;
        for (int start = 0; start < n; start++) {
          int from = start;
          for (int stop = start + 1; stop <= n; stop++) {
            int to = stop;
            GradientCheck.check(t -> t[0].slice(0, from, to, every).exp(), random(n, n));
          }
        }
      }
    }
  }

  @Test
  void rowsSelectedTwiceAddUp() {
    Tensor x = random(1, 4, 2);
    Tensor index = i32(new int[] {3, 0, 3, 3}, 4);
    assertArrayEquals(
        new double[] {1, 1, 0, 0, 0, 0, 3, 3},
        Gradients.of(x.gather(index).sum(), x).toDoubleArray());
  }

  @Test
  void onlyNeededCotangentsAreMade() {
    Tensor a = random(1, 2, 3);
    Tensor b = random(2, 3, 4);
    Tensor y = a.matmul(b);
    Tensor g = random(3, 2, 4);
    Tensor[] both = Vjp.of(y.node(), g, new boolean[] {true, true});
    assertEquals(a.shape(), both[0].shape());
    assertEquals(b.shape(), both[1].shape());
    Tensor[] second = Vjp.of(y.node(), g, new boolean[] {false, true});
    assertNull(second[0]);
    assertEquals(b.shape(), second[1].shape());
  }

  @Test
  void gradientFlowsOnlyBetweenFloats() {
    Tensor x = random(1, 3);
    Tensor index = i32(new int[] {1, 2}, 2);
    Tensor condition = x.lt(0);
    assertTrue(Vjp.flows(x.gather(index).node(), 0));
    assertFalse(Vjp.flows(x.gather(index).node(), 1));
    assertFalse(Vjp.flows(condition.where(x, x).node(), 0));
    assertTrue(Vjp.flows(condition.where(x, x).node(), 1));
    assertFalse(Vjp.flows(condition.node(), 0));
    assertFalse(Vjp.flows(x.cast(DType.I32).node(), 0));
    assertTrue(Vjp.flows(x.cast(DType.F32).node(), 0));
    assertFalse(Vjp.flows(x.detach().node(), 0));
    assertFalse(Vjp.flows(x.after(x.exp()).node(), 1));
    assertFalse(Vjp.flows(x.sign().node(), 0));
    assertFalse(Vjp.flows(Tensor.apply(new Op.ArgSort(false), x).node(), 0));
  }

  @Test
  void compositesAreRightToThirdOrder() {
    Tensor x = random(1, 2, 3);
    GradientCheck third = GradientCheck.standard().withOrders(3);
    for (Function<Tensor, Tensor> f :
        Arrays.<Function<Tensor, Tensor>>asList(
            t -> t.softmax(1),
            t -> t.logSoftmax(1),
            t -> t.varianceKeepDims(1).add(1e-3).rsqrt().mul(t),
            t -> t.erf().add(1).mul(t),
            t -> t.sigmoid().mul(t),
            t -> t.square().add(1).pow(-1.5),
            t -> t.matmul(t.t()).tanh())) {
      third.run(t -> f.apply(t[0]), x).orThrow();
    }
  }
}
