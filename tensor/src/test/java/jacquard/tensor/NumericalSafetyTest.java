package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.testing.OnReference;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Composites far out, where their textbook formulas overflow or cancel. In f64, which is what the
/// reference computes in.
@ExtendWith(OnReference.class)
class NumericalSafetyTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;

  private static Tensor f64(double... x) {
    return Tensor.of(x, x.length);
  }

  private static void assertValues(Tensor actual, double... expected) {
    double[] y = actual.toDoubleArray();
    assertEquals(expected.length, y.length);
    for (int i = 0; i < y.length; i++) {
      boolean special = expected[i] == 0 || !Double.isFinite(expected[i]);
      double delta = special ? Double.MIN_VALUE : 1e-14 * Math.abs(expected[i]);
      assertEquals(expected[i], y[i], delta, "element " + i);
    }
  }

  @Test
  void softplusNeitherOverflowsNorLosesDigits() {
    assertValues(
        f64(-1000, -40, -1e-20, 0, 40, 1000, INF, NAN).softplus(),
        0,
        Math.exp(-40),
        Math.log(2),
        Math.log(2),
        40 + Math.exp(-40),
        1000,
        NAN,
        NAN);
    assertValues(f64(-1000, 0, 40, 1000).logSigmoid(), -1000, -Math.log(2), -Math.exp(-40), -0.0);
  }

  @Test
  void activationsReachTheirLimits() {
    assertValues(f64(-1000, 1000).silu(), -0.0, 1000);
    assertValues(f64(-1000, 1000).gelu(), -0.0, 1000);
    assertValues(f64(-1000, 1000).geluErf(), -0.0, 1000);
    assertValues(f64(-1000, 1000).elu(1), -1, 1000);
  }

  @Test
  void geluKeepsItsRelativeAccuracyBelowZero() {
    // 30-digit values of x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
    double[] y = f64(-5, -8).gelu().toDoubleArray();
    assertEquals(-2.2917961966295060e-7, y[0], 1e-13 * Math.abs(y[0]));
    assertEquals(-3.1077829375011112e-21, y[1], 1e-13 * Math.abs(y[1]));
  }

  @Test
  void softmaxIsSafeForAnyFiniteRow() {
    assertValues(f64(1000, 1000, -1000).softmax(0), 0.5, 0.5, 0);
    assertValues(f64(1e308, -1e308).softmax(-1), 1, 0);
    assertValues(f64(-INF, 0).softmax(0), 0, 1);
    assertValues(f64(-1000, 0).logSoftmax(0), -1000, -0.0);
    assertTrue(Double.isNaN(f64(-INF, -INF).softmax(0).select(0, 0).item()));
  }

  @Test
  void logSumExpTakesInfinities() {
    assertValues(f64(1000, 1000).logSumExp().reshape(1), 1000 + Math.log(2));
    assertValues(f64(-INF, -INF).logSumExp().reshape(1), -INF);
    assertValues(f64(-INF, 3).logSumExp().reshape(1), 3);
    assertValues(f64(INF, 3).logSumExp().reshape(1), INF);
    assertValues(f64(NAN, 3).logSumExp().reshape(1), NAN);
    assertValues(f64().logSumExp().reshape(1), -INF);
  }

  @Test
  void crossEntropyOfFarLogitsIsFiniteAndOfWrongTargetsNaN() {
    Tensor logits = Tensor.of(new double[] {1000, 0, -1000, 0, 0, 0}, 2, 3);
    assertValues(logits.crossEntropyWithLogits(Tensor.of(new int[] {2, 1}, 2)), 2000, Math.log(3));
    assertValues(logits.crossEntropyWithLogits(Tensor.of(new int[] {-1, 3}, 2)), NAN, NAN);
    assertValues(logits.crossEntropyWithLogits(Tensor.of(new long[] {0, 1L << 32}, 2)), -0.0, NAN);
  }

  @Test
  void normalizingZeroGivesZero() {
    assertValues(f64(0, 0).normalize(0, 1e-12), 0, 0);
    assertValues(f64(0, 0).cosineSimilarity(f64(1, 2), 0, 1e-8).reshape(1), 0);
    assertValues(f64(3, 3).layerNorm(0, 1e-5), 0, 0);
  }

  @Test
  void layerNormKeepsDigitsFarFromZero() {
    double[] shifted = {1e8 + 1, 1e8 + 2, 1e8 + 3};
    double scale = 1 / Math.sqrt(2.0 / 3 + 1e-5);
    double[] y = f64(shifted).layerNorm(0, 1e-5).toDoubleArray();
    assertArrayEquals(new double[] {-scale, 0, scale}, y, 1e-7);
  }

  @Test
  void comparisonsWithNaNAreNaNInExtremaAndFalseElsewhere() {
    assertValues(f64(NAN, -5, 5).clamp(-1, 1), NAN, -1, 1);
    assertArrayEquals(new boolean[] {false, false}, f64(NAN, NAN).le(f64(NAN, 1)).toBooleanArray());
    assertArrayEquals(new boolean[] {true, false}, f64(NAN, 1).isNaN().toBooleanArray());
  }

  @Test
  void sortsPutNaNLast() {
    assertValues(f64(NAN, 2, -INF, INF).sort(0), -INF, 2, INF, NAN);
    assertValues(f64(1, NAN, 2).topK(2, 0).values(), NAN, 2);
    assertArrayEquals(new int[] {2, 0}, f64(5, 1, 7, 5).topK(2, 0).indices().toIntArray());
    assertEquals(1, f64(3, NAN, NAN).argmin(0).item());
  }

  @Test
  void argminOfIntegersHasNoOverflow() {
    assertEquals(
        1, Tensor.of(new int[] {0, Integer.MIN_VALUE, Integer.MAX_VALUE}, 3).argmin(0).item());
    assertEquals(2, Tensor.of(new byte[] {-1, 1, 0}, 3).argmin(0).item());
  }

  @Test
  void roundGoesToTheEvenNeighbourAtAHalf() {
    double justBelow = Math.nextDown(0.5);
    double[] x = {-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, justBelow, 1e300, -INF, 4503599627370495.5};
    assertArrayEquals(
        Arrays.stream(x).map(v -> Math.rint(v) + 0.0).toArray(),
        Arrays.stream(f64(x).round().toDoubleArray()).map(v -> v + 0.0).toArray());
  }

  @Test
  void paddingNeverWinsAMaximum() {
    Tensor x = Tensor.full(DType.F64, -7, 1, 1, 3, 3);
    assertValues(x.maxPool2d(3, 2, 1).reshape(4), -7, -7, -7, -7);
    assertValues(x.avgPool2d(3, 3, 1).reshape(1), -28.0 / 9);
  }
}
