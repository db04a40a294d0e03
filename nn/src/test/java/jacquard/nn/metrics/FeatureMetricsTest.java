package jacquard.nn.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.data.SplitMix;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// Kernel distance, precision and recall, and histograms against plain loops and cases whose answer
/// is known.
class FeatureMetricsTest {

  private static Features uniform(int rows, int dim, long seed, double shift) {
    SplitMix random = new SplitMix(seed);
    float[] values = new float[rows * dim];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() + shift);
    }
    return new Features(values, rows, dim);
  }

  private static double kernel(Features a, int i, Features b, int j) {
    double sum = 0;
    for (int k = 0; k < a.dim(); k++) {
      sum += a.values()[i * a.dim() + k] * (double) b.values()[j * b.dim() + k];
    }
    double base = sum / a.dim() + 1;
    return base * base * base;
  }

  private static double plainKernelDistance(Features a, Features b) {
    double within = 0;
    for (Features x : new Features[] {a, b}) {
      double sum = 0;
      for (int i = 0; i < x.rows(); i++) {
        for (int j = 0; j < x.rows(); j++) {
          sum += i == j ? 0 : kernel(x, i, x, j);
        }
      }
      within += sum / (x.rows() * (x.rows() - 1.0));
    }
    double across = 0;
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < b.rows(); j++) {
        across += kernel(a, i, b, j);
      }
    }
    return within - 2 * across / ((double) a.rows() * b.rows());
  }

  @Test
  void kernelDistanceIsThatOfPlainLoops() {
    Features a = uniform(23, 5, 1, 0);
    Features b = uniform(31, 5, 2, 0.7);
    assertEquals(plainKernelDistance(a, b), KernelDistance.squared(a, b), 1e-5);
    // One subset of everything is the whole set, in another order.
    Features c = uniform(23, 5, 3, 0.7);
    KernelDistance whole = KernelDistance.between(a, c, 1, 1000, 9);
    assertEquals(plainKernelDistance(a, c), whole.mean(), 1e-5);
    assertEquals(0, whole.deviation(), 1e-9);
  }

  /// The mean over many small sets is 0, where a biased estimator would be well above.
  @Test
  void kernelDistanceIsUnbiased() {
    int tries = 400;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < tries; i++) {
      double value = KernelDistance.squared(uniform(8, 4, 100 + i, 0), uniform(8, 4, 5000 + i, 0));
      sum += value;
      squares += value * value;
    }
    double mean = sum / tries;
    double error = Math.sqrt((squares / tries - mean * mean) / tries);
    assertTrue(Math.abs(mean) < 4 * error, mean + " +- " + error);
    // The terms of a vector with itself, which an estimator with bias would count.
    Features sample = uniform(1000, 4, 1, 0);
    double own = 0;
    double others = 0;
    for (int i = 0; i + 1 < 1000; i++) {
      own += kernel(sample, i, sample, i) / 999;
      others += kernel(sample, i, sample, i + 1) / 999;
    }
    assertTrue(2 * (own - others) / 8 > 4 * error, "the test could tell");
  }

  @Test
  void kernelDistanceGrowsWithTheShift() {
    Features a = uniform(300, 6, 1, 0);
    double near = KernelDistance.between(a, uniform(300, 6, 2, 0.1), 5, 100, 1).mean();
    double far = KernelDistance.between(a, uniform(300, 6, 2, 0.5), 5, 100, 1).mean();
    assertTrue(0 < near && near < far, near + ", " + far);
  }

  @Test
  void equalSetsHaveFullPrecisionAndRecallAndSetsApartNone() {
    Features a = uniform(600, 3, 1, 0);
    assertEquals(new PrecisionRecall(1, 1), PrecisionRecall.of(a, a, 3));
    assertEquals(new PrecisionRecall(0, 0), PrecisionRecall.of(a, uniform(700, 3, 2, 50), 3));
  }

  @Test
  void aMissingModeCostsRecallAndAnInventedOnePrecision() {
    Features one = uniform(200, 2, 1, 0);
    Features both = joined(uniform(200, 2, 2, 0), uniform(200, 2, 3, 50));
    PrecisionRecall missing = PrecisionRecall.of(both, one, 3);
    assertEquals(0.5, missing.recall(), 0.06);
    assertEquals(1, missing.precision(), 0.1);
    PrecisionRecall invented = PrecisionRecall.of(one, both, 3);
    assertEquals(missing, new PrecisionRecall(invented.recall(), invented.precision()));
  }

  /// Points 0, 1, 3 on a line with one neighbour: reaches are 1, 1 and 2.
  @Test
  void reachesAreNeighbourDistances() {
    Features real = new Features(new float[] {0, 1, 3}, 3, 1);
    Features drawn = new Features(new float[] {-1, -1.5f, 5, 2, 5.5f}, 5, 1);
    assertEquals(3 / 5.0, PrecisionRecall.of(real, drawn, 1).precision(), 1e-9);
  }

  @Test
  void entropyIsThatOfTheShares() {
    assertEquals(Math.log(4), ClassHistogram.of(new int[] {0, 1, 2, 3}, 4).entropy(), 1e-12);
    ClassHistogram skewed = ClassHistogram.of(new int[] {0, 0, 0, 2}, 5);
    assertEquals(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), skewed.entropy(), 1e-12);
    assertEquals(2, skewed.present());
    assertEquals(0, ClassHistogram.of(new int[] {1, 1}, 2).entropy(), 0);
  }

  @Test
  void featuresAreMadeInBlocksAndKeepTheirOrder() {
    int count = 1203;
    float[] pictures = new float[count * 4];
    for (int i = 0; i < pictures.length; i++) {
      pictures[i] = i;
    }
    FeatureNetwork means =
        new FeatureNetwork() {
          @Override
          public Tensor features(Tensor x) {
            return x.reshape(-1, 2, 2).mean(-1);
          }

          @Override
          public String name() {
            return "means";
          }
        };
    Features features = Features.of(means, pictures, count, Shape.of(1, 2, 2));
    assertEquals(count, features.rows());
    for (int i = 0; i < features.values().length; i++) {
      assertEquals(2 * i + 0.5, features.values()[i], 1e-3);
    }
  }

  @Test
  void whatCannotBeMeasuredIsOneLine() {
    Features a = uniform(3, 2, 1, 0);
    assertTrue(
        assertThrows(
                IllegalArgumentException.class,
                () -> KernelDistance.between(a, uniform(3, 4, 1, 0), 1, 3, 1))
            .getMessage()
            .contains("vectors of 2 and 4 features"));
    assertThrows(IllegalArgumentException.class, () -> PrecisionRecall.of(a, a, 3));
    assertTrue(
        assertThrows(
                IllegalArgumentException.class,
                () -> new Features(new float[] {1, Float.NaN}, 2, 1))
            .getMessage()
            .contains("NaN at row 1"));
  }

  private static Features joined(Features a, Features b) {
    float[] values = new float[a.values().length + b.values().length];
    System.arraycopy(a.values(), 0, values, 0, a.values().length);
    System.arraycopy(b.values(), 0, values, a.values().length, b.values().length);
    return new Features(values, a.rows() + b.rows(), a.dim());
  }
}
