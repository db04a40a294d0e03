package jacquard.examples.score;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.data.SplitMix;
import jacquard.nn.metrics.Features;
import jacquard.nn.metrics.FrechetDistance;
import jacquard.nn.metrics.Moments;
import jacquard.nn.metrics.SymmetricEigen;
import org.junit.jupiter.api.Test;

/// FID of distributions for which it is known, with EJML's decomposition.
class FrechetDistanceTest {
  private static final SymmetricEigen EIGEN = new EjmlEigen();

  private static double distance(Moments a, Moments b) {
    return FrechetDistance.between(a, b, EIGEN);
  }

  @Test
  void equalCovariancesLeaveTheSquaredShift() {
    double[] covariance = {2, 0.6, 0.6, 1};
    Moments a = new Moments(new double[] {1, 2}, covariance);
    Moments b = new Moments(new double[] {4, -2}, covariance);
    assertEquals(25, distance(a, b), 1e-9);
    assertEquals(0, distance(a, a), 1e-9);
  }

  @Test
  void diagonalCovariancesLeaveSquaredDifferencesOfDeviations() {
    double[] a = new double[9];
    double[] b = new double[9];
    double expected = 0;
    for (int i = 0; i < 3; i++) {
      a[4 * i] = (i + 1) * (i + 1);
      b[4 * i] = 25;
      expected += (5 - (i + 1)) * (5 - (i + 1));
    }
    assertEquals(
        expected, distance(new Moments(new double[3], a), new Moments(new double[3], b)), 1e-9);
  }

  /// In two dimensions `tr((A B)^(1/2)) = sqrt(tr(A B) + 2 sqrt(det(A B)))`, whether or not the two
  /// commute.
  @Test
  void covariancesThatDoNotCommuteFollowTheTwoByTwoFormula() {
    double[] a = {3, 1, 1, 2};
    double[] b = {1, -0.5, -0.5, 4};
    double trace = 3 * 1 + 1 * -0.5 + 1 * -0.5 + 2 * 4;
    double determinant = (3 * 2 - 1) * (1 * 4 - 0.25);
    double expected = 5 + 5 - 2 * Math.sqrt(trace + 2 * Math.sqrt(determinant));
    assertEquals(
        expected, distance(new Moments(new double[2], a), new Moments(new double[2], b)), 1e-9);
  }

  @Test
  void covariancesWithoutFullRankAreFine() {
    Moments line = new Moments(new double[2], new double[] {4, 4, 4, 4});
    Moments point = new Moments(new double[2], new double[4]);
    assertEquals(8, distance(line, point), 1e-9);
    assertEquals(0, distance(line, line), 1e-6);
  }

  @Test
  void samplesComeNearTheirDistributions() {
    Features a = normal(20_000, 3, 1, 0, 1);
    Features b = normal(20_000, 3, 2, 0.5, 2);
    // Mean apart by 0.5 and deviations by 1 in each of 3 features.
    assertEquals(3 * (0.25 + 1), distance(Moments.of(a), Moments.of(b)), 0.15);
    assertTrue(distance(Moments.of(a), Moments.of(normal(20_000, 3, 9, 0, 1))) < 0.005);
  }

  @Test
  void momentsAreThoseOfTheVectors() {
    Moments moments = Moments.of(new Features(new float[] {1, 10, 3, 20, 5, 60}, 3, 2));
    assertArrayEquals(new double[] {3, 30}, moments.mean(), 1e-12);
    assertArrayEquals(new double[] {4, 50, 50, 700}, moments.covariance(), 1e-12);
  }

  private static Features normal(int rows, int dim, long seed, double mean, double deviation) {
    SplitMix random = new SplitMix(seed);
    float[] values = new float[rows * dim];
    for (int i = 0; i < values.length; i++) {
      double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
      double unit = radius * Math.cos(2 * Math.PI * random.nextDouble());
      values[i] = (float) (mean + deviation * unit);
    }
    return new Features(values, rows, dim);
  }
}
