package jacquard.examples.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.metrics.Features;
import jacquard.nn.metrics.KernelDistance;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What the scores of two sets of pictures are made of.
class ImageScoresTest {
  private static Features features(int rows, long seed) {
    Random random = new Random(seed);
    float[] values = new float[rows * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Features(values, rows, 3);
  }

  @Test
  void subsetsOfTheKernelDistanceDifferAlsoWherePicturesAreFew() {
    Features real = features(200, 1);
    Features drawn = features(200, 2);
    KernelDistance all = KernelDistance.between(real, drawn, 50, 200, 1);
    KernelDistance kernel = ImageScores.of(real, drawn).kernel();
    assertEquals(KernelDistance.between(real, drawn, 50, 100, 1), kernel);
    assertTrue(kernel.deviation() > 1000 * all.deviation(), () -> kernel + " " + all);
  }
}
