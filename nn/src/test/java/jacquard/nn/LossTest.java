package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LossTest {
  private static Tensor f64(double[] values, int... dims) {
    return Tensor.stored(DType.F64, values, Shape.of(dims), Device.REFERENCE);
  }

  private static Tensor i32(int... values) {
    return Tensor.stored(DType.I32, values, Shape.of(values.length), Device.REFERENCE);
  }

  private static final double[] LOGITS = {1, 2, 3, 0.5, -1, 0.25, -2, 0, 4};

  /// `-log(softmax(row)[c])` by its definition.
  private static double nll(int row, int c) {
    double sum = 0;
    for (int j = 0; j < 3; j++) {
      sum += Math.exp(LOGITS[3 * row + j]);
    }
    return Math.log(sum) - LOGITS[3 * row + c];
  }

  @Test
  void crossEntropyIsNegativeLogProbability() {
    Tensor x = f64(LOGITS, 3, 3);
    Tensor t = i32(2, 0, 1);
    double[] rows = {nll(0, 2), nll(1, 0), nll(2, 1)};
    assertArrayEquals(rows, Loss.crossEntropy(x, t, Reduction.NONE).toDoubleArray(), 1e-12);
    double sum = rows[0] + rows[1] + rows[2];
    assertEquals(sum, Loss.crossEntropy(x, t, Reduction.SUM).item(), 1e-12);
    assertEquals(sum / 3, Loss.crossEntropy(x, t).item(), 1e-12);
  }

  @Test
  void crossEntropyOfEqualLogitsIsLogOfClasses() {
    Tensor x = f64(new double[2 * 65], 2, 65);
    assertEquals(Math.log(65), Loss.crossEntropy(x, i32(3, 64)).item(), 1e-12);
  }

  @Test
  void ignoredRowsCountForNothing() {
    Tensor x = f64(LOGITS, 3, 3);
    Tensor t = i32(2, -100, 1);
    assertEquals(
        (nll(0, 2) + nll(2, 1)) / 2,
        Loss.crossEntropy(x, t, Reduction.MEAN, -100, 0).item(),
        1e-12);
    assertArrayEquals(
        new double[] {nll(0, 2), 0, nll(2, 1)},
        Loss.crossEntropy(x, t, Reduction.NONE, -100, 0).toDoubleArray(),
        1e-12);
  }

  @Test
  void smoothingSpreadsProbabilityOverAllClasses() {
    double e = 0.2;
    double expected = 0;
    int[] t = {2, 0, 1};
    for (int row = 0; row < 3; row++) {
      for (int c = 0; c < 3; c++) {
        expected += nll(row, c) * (e / 3 + (c == t[row] ? 1 - e : 0));
      }
    }
    assertEquals(
        expected / 3,
        Loss.crossEntropy(f64(LOGITS, 3, 3), i32(t), Reduction.MEAN, -1, e).item(),
        1e-12);
    assertThrows(
        IllegalArgumentException.class,
        () -> Loss.crossEntropy(f64(LOGITS, 3, 3), i32(t), Reduction.MEAN, -1, 1.5));
  }

  @Test
  void binaryCrossEntropyIsStableForLargeLogits() {
    Tensor x = f64(new double[] {0, 3, -3, 1000, -1000, 1000}, 6);
    Tensor t = f64(new double[] {1, 0, 0.25, 1, 0, 0}, 6);
    double l3 = Math.log1p(Math.exp(-3));
    assertArrayEquals(
        new double[] {Math.log(2), 3 + l3, l3 + 0.75, 0, 0, 1000},
        Loss.binaryCrossEntropy(x, t, Reduction.NONE).toDoubleArray(),
        1e-12);
  }

  @Test
  void binaryCrossEntropyWithOneTargetEqualsThatWithMany() {
    double[] logits = {-2, -0.5, 0, 0.5, 30};
    Tensor x = f64(logits, 5);
    for (double target : new double[] {0, 0.9, 1}) {
      double[] same = {target, target, target, target, target};
      assertArrayEquals(
          Loss.binaryCrossEntropy(x, f64(same, 5), Reduction.NONE).toDoubleArray(),
          Loss.binaryCrossEntropy(x, target, Reduction.NONE).toDoubleArray(),
          1e-12);
    }
  }

  @Test
  void distancesFollowTheirFormulas() {
    Tensor x = f64(new double[] {1, 2, -4}, 3);
    Tensor t = f64(new double[] {1.5, 2, 1}, 3);
    assertEquals((0.25 + 25) / 3, Loss.meanSquared(x, t, Reduction.MEAN).item(), 1e-12);
    assertEquals(5.5, Loss.absolute(x, t, Reduction.SUM).item(), 1e-12);
    // PyTorch's huber_loss and smooth_l1_loss at 2: d^2 / 2 and 2 (d - 1), and half of them
    assertArrayEquals(
        new double[] {0.125, 0, 8}, Loss.huber(x, t, 2, Reduction.NONE).toDoubleArray(), 1e-12);
    assertArrayEquals(
        new double[] {0.0625, 0, 4},
        Loss.smoothAbsolute(x, t, 2, Reduction.NONE).toDoubleArray(),
        1e-12);
  }

  @Test
  void gaussianDivergenceIsZeroForTheStandardNormalOnly() {
    Tensor mu = f64(new double[] {0, 1, 0}, 3);
    Tensor logVariance = f64(new double[] {0, 0, Math.log(4)}, 3);
    assertArrayEquals(
        new double[] {0, 0.5, 0.5 * (4 - 1 - Math.log(4))},
        Loss.gaussianDivergence(mu, logVariance, Reduction.NONE).toDoubleArray(),
        1e-12);
  }

  @Test
  void categoricalDivergenceIsExpectedLogRatio() {
    double[] p = {0.5, 0.25, 0.25};
    double[] q = {0.2, 0.7, 0.1};
    double expected = 0;
    double[] logP = new double[3];
    double[] logQ = new double[3];
    for (int i = 0; i < 3; i++) {
      expected += p[i] * Math.log(p[i] / q[i]);
      logP[i] = Math.log(p[i]) + 7; // a shift of logits changes nothing
      logQ[i] = Math.log(q[i]) - 3;
    }
    assertArrayEquals(
        new double[] {expected},
        Loss.categoricalDivergence(f64(logP, 1, 3), f64(logQ, 1, 3), Reduction.NONE)
            .toDoubleArray(),
        1e-12);
  }

  @Test
  void unequalShapesAreRefusedInsteadOfBroadcast() {
    ShapeException e =
        assertThrows(
            ShapeException.class,
            () ->
                Loss.meanSquared(f64(new double[3], 3), f64(new double[3], 3, 1), Reduction.MEAN));
    assertEquals("meanSquared: shapes [3] and [3, 1], expected equal; reshape one", e.getMessage());
  }
}
