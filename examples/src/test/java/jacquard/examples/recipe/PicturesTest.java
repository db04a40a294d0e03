package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import jacquard.nn.data.ArrayDataset;
import jacquard.nn.data.Dataset;
import jacquard.nn.data.SplitMix;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Pictures drawn by lot out of a dataset.
class PicturesTest {
  private static final int SIZE = 1000;

  /// Pictures of two pixels, in the order given; the label is the picture's number.
  private static Dataset dataset(int[] order) {
    float[] images = new float[2 * SIZE];
    int[] labels = new int[SIZE];
    for (int i = 0; i < SIZE; i++) {
      images[2 * i] = order[i] / 1000f;
      images[2 * i + 1] = order[i] % 7 / 10f;
      labels[i] = order[i];
    }
    return ArrayDataset.ofSize(SIZE).with("image", images, 1, 1, 2).with("label", labels);
  }

  private static int[] some(Dataset dataset, int count, long seed) {
    return Pictures.some(dataset, count, seed, 0, 1, 2).labels();
  }

  @Test
  void whichOnesDependsOnTheSeedAndNotOnTheOrder() {
    int[] sorted = new int[SIZE];
    Arrays.setAll(sorted, i -> i);
    Dataset inOrder = dataset(sorted);
    Dataset shuffled = dataset(new SplitMix(5).permutation(SIZE));
    assertArrayEquals(some(inOrder, 100, 1), some(shuffled, 100, 1));
    assertFalse(Arrays.equals(some(inOrder, 100, 1), some(inOrder, 100, 2)));
    int[] drawn = some(inOrder, 100, 1);
    assertEquals(100, Arrays.stream(drawn).distinct().count());
    // Labels up to 999: their mean is 499.5, a hundred's within 4 deviations of 29.
    assertEquals(499.5, Arrays.stream(drawn).average().orElse(0), 116);
    assertArrayEquals(drawn, Arrays.copyOf(some(inOrder, 300, 1), 100), "more begin with fewer");
    assertEquals(SIZE, some(inOrder, 5000, 1).length);
  }

  @Test
  void blackIsWhateverItIsReadAs() {
    int[] sorted = new int[SIZE];
    Arrays.setAll(sorted, i -> i);
    Pictures drawn = Pictures.some(dataset(sorted), 10, 1, -1, 1, 2);
    for (int i = 0; i < 10; i++) {
      assertEquals((drawn.labels()[i] / 1000f + 1) / 2, drawn.pixels()[2 * i], 1e-6);
    }
  }
}
