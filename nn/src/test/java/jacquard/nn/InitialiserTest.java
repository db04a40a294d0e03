package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.data.SplitMix;
import jacquard.tensor.Shape;
import jacquard.tensor.StateException;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class InitialiserTest {
  private static double[] draw(Initialiser initialiser, int... dims) {
    return initialiser.values(Shape.of(dims), new SplitMix(7));
  }

  private static double deviation(double[] values) {
    double mean = DoubleStream.of(values).average().orElseThrow();
    return Math.sqrt(
        DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
  }

  private static void uniform(Initialiser initialiser, double bound, int... dims) {
    double[] values = draw(initialiser, dims);
    double largest = DoubleStream.of(values).map(Math::abs).max().orElseThrow();
    assertTrue(largest <= bound && largest > 0.99 * bound, "largest " + largest + " of " + bound);
    assertEquals(bound / Math.sqrt(3), deviation(values), 0.03 * bound);
  }

  private static void normal(Initialiser initialiser, double expected, int... dims) {
    double[] values = draw(initialiser, dims);
    assertEquals(expected, deviation(values), 0.03 * expected);
    assertEquals(0, DoubleStream.of(values).average().orElseThrow(), 0.03 * expected);
    double within = DoubleStream.of(values).filter(v -> Math.abs(v) < expected).count();
    assertEquals(0.6827, within / values.length, 0.02);
  }

  @Test
  void fansAreCountedOnOutInKernel() {
    // [40, 30, 3, 3]: fan-in 270, fan-out 360
    uniform(Initialiser.standard(), 1 / Math.sqrt(270), 40, 30, 3, 3);
    uniform(Initialiser.kaimingUniform(Math.sqrt(2)), Math.sqrt(6.0 / 270), 40, 30, 3, 3);
    normal(Initialiser.kaimingNormal(Math.sqrt(2)), Math.sqrt(2.0 / 270), 40, 30, 3, 3);
    uniform(Initialiser.xavierUniform(1), Math.sqrt(6.0 / 630), 40, 30, 3, 3);
    normal(Initialiser.xavierNormal(2), 2 * Math.sqrt(2.0 / 630), 40, 30, 3, 3);
  }

  @Test
  void uniformAndNormalHaveTheGivenSpread() {
    uniform(Initialiser.uniform(0.3), 0.3, 10_000);
    normal(Initialiser.normal(0.02), 0.02, 101, 99);
  }

  @Test
  void truncatedNormalStaysWithinItsLimit() {
    double[] values = draw(Initialiser.truncatedNormal(0.5, 2), 20_000);
    double largest = DoubleStream.of(values).map(Math::abs).max().orElseThrow();
    assertTrue(largest <= 1 && largest > 0.98, "largest " + largest);
    assertEquals(0.5 * 0.8796, deviation(values), 0.01); // of a normal cut at 2 deviations
  }

  @Test
  void constantsAreConstant() {
    assertArrayEquals(new double[] {0, 0, 0}, draw(Initialiser.zeros(), 3));
    assertArrayEquals(new double[] {1, 1}, draw(Initialiser.ones(), 2));
    assertArrayEquals(new double[0], draw(Initialiser.normal(1), 0, 4));
  }

  @Test
  void orthogonalRowsOrColumnsAreOrthonormalTimesGain() {
    for (int[] dims : new int[][] {{5, 12}, {12, 5}, {8, 8}, {4, 2, 3, 3}, {1, 1}}) {
      double[] w = draw(Initialiser.orthogonal(3), dims);
      int rows = dims[0];
      int cols = w.length / rows;
      int n = Math.min(rows, cols);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          double dot = 0;
          for (int k = 0; k < Math.max(rows, cols); k++) {
            dot +=
                rows <= cols
                    ? w[i * cols + k] * w[j * cols + k]
                    : w[k * cols + i] * w[k * cols + j];
          }
          assertEquals(i == j ? 9 : 0, dot, 1e-12, Arrays.toString(dims));
        }
      }
    }
  }

  @Test
  void fanOfAVectorIsRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> draw(Initialiser.xavierUniform(1), 5));
    assertEquals(
        "init: fan-in of shape [5], expected at least 2 axes; give a bound or deviation",
        e.getMessage());
  }

  @Test
  void initialValuesDependOnSeedAndNameOnly() {
    double[] alone = Reference.values(Linear.of(Reference.init(1).at("b"), 4, 3).weight());
    Init init = Reference.init(1);
    Linear.of(init.at("a"), 4, 3);
    Linear b = Linear.of(init.at("b"), 4, 3);
    assertArrayEquals(alone, Reference.values(b.weight()));
    assertNotEquals(
        alone[0], Reference.values(Linear.of(Reference.init(2).at("b"), 4, 3).weight())[0]);
    assertNotEquals(
        alone[0], Reference.values(Linear.of(Reference.init(1).at("c"), 4, 3).weight())[0]);
  }

  @Test
  void onePathIsUsedOnce() {
    Init init = Reference.init(1).at("blocks").at(0);
    Linear.of(init.at("fc"), 2, 2);
    StateException e = assertThrows(StateException.class, () -> Linear.of(init.at("fc"), 2, 2));
    assertTrue(e.getMessage().contains("'blocks.0.fc.weight'"), e.getMessage());
  }
}
