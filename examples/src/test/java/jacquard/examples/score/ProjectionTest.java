package jacquard.examples.score;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.nn.data.SplitMix;
import jacquard.nn.metrics.Features;
import org.junit.jupiter.api.Test;

/// Principal components of vectors whose covariance is known.
class ProjectionTest {
  /// Three directions at right angles, of length 1.
  private static final double[][] AXES = {
    {2 / 3.0, -1 / 3.0, 2 / 3.0}, {2 / 3.0, 2 / 3.0, -1 / 3.0}, {-1 / 3.0, 2 / 3.0, 2 / 3.0}
  };

  private static final double[] CENTRE = {10, -4, 1};

  /// Pairs of points on each axis, as far from the centre on either side: their covariance has the
  /// axes as eigenvectors and `2 far^2 / (count - 1)` as eigenvalues.
  private static Features cross(double... far) {
    float[] values = new float[2 * far.length * 3];
    for (int i = 0; i < 2 * far.length; i++) {
      double along = (i % 2 == 0 ? 1 : -1) * far[i / 2];
      for (int k = 0; k < 3; k++) {
        values[3 * i + k] = (float) (CENTRE[k] + along * AXES[i / 2][k]);
      }
    }
    return new Features(values, 2 * far.length, 3);
  }

  @Test
  void theDirectionsAreThoseOfTheLargestVariance() {
    Projection seen = Projection.of(cross(1, 5, 3));
    assertArrayEquals(CENTRE, seen.origin(), 1e-5);
    assertArrayEquals(AXES[1], seen.first(), 1e-5);
    assertArrayEquals(AXES[2], seen.second(), 1e-5);
    assertArrayEquals(new double[] {0, 0, 5, -5, 0, 0}, seen.x(), 1e-5);
    assertArrayEquals(new double[] {0, 0, 0, 0, 3, -3}, seen.y(), 1e-5);
    assertEquals(34 / 35.0, seen.share(), 1e-6);
  }

  /// A correlated normal distribution, `[[5, 4], [4, 5]]`: variance 9 along the diagonal, 1 across.
  @Test
  void samplesOfAKnownCovarianceShowItsAxes() {
    int count = 20_000;
    SplitMix random = new SplitMix(3);
    float[] values = new float[2 * count];
    for (int i = 0; i < count; i++) {
      double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
      double angle = 2 * Math.PI * random.nextDouble();
      double a = 3 * radius * Math.cos(angle);
      double b = radius * Math.sin(angle);
      values[2 * i] = (float) ((a + b) / Math.sqrt(2));
      values[2 * i + 1] = (float) ((a - b) / Math.sqrt(2));
    }
    Projection seen = Projection.of(new Features(values, count, 2));
    assertArrayEquals(new double[] {Math.sqrt(0.5), Math.sqrt(0.5)}, seen.first(), 0.01);
    assertEquals(9, variance(seen.x()), 0.3);
    assertEquals(1, variance(seen.y()), 0.03);
    assertEquals(1, seen.share(), 1e-9);
  }

  private static double variance(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return sum / (values.length - 1);
  }

  @Test
  void aPlaceInThePlaneIsTheVectorThatIsSeenThere() {
    Features vectors = cross(2, 4, 0.5);
    Projection seen = Projection.of(vectors);
    for (int i = 0; i < 4; i++) {
      float[] vector = seen.vector(seen.x()[i], seen.y()[i]);
      for (int k = 0; k < 3; k++) {
        assertEquals(vectors.values()[3 * i + k], vector[k], 1e-5);
      }
    }
  }

  @Test
  void twoNumbersAreSeenAsTheyAre() {
    Projection seen = Projection.plane(new Features(new float[] {1, 2, -3, 4}, 2, 2));
    assertArrayEquals(new double[] {1, -3}, seen.x());
    assertArrayEquals(new double[] {2, 4}, seen.y());
    assertThrows(IllegalArgumentException.class, () -> Projection.plane(cross(1)));
    Features single = new Features(new float[] {1, 2}, 2, 1);
    assertThrows(IllegalArgumentException.class, () -> Projection.of(single));
  }
}
