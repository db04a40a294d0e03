package jacquard.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StrokeDigitsTest {
  private static final int PIXELS = StrokeDigits.PIXELS;
  private static final StrokeDigits DIGITS = new StrokeDigits(1);

  @Test
  void firstTenImagesOfSeedOneAreKnown() {
    assertArrayEquals(new int[] {3, 6, 8, 7, 9, 4, 9, 5, 8, 0}, DIGITS.labels(0, 10));
    assertEquals(1900289156, Arrays.hashCode(DIGITS.images(0, 10)));
  }

  @Test
  void anImageDependsOnSeedAndIndexOnly() {
    float[] together = DIGITS.images(100, 64);
    // Backwards and from several threads.
    float[][] single = new float[64][];
    IntStream.range(0, 64).parallel().forEach(i -> single[63 - i] = DIGITS.images(163 - i, 1));
    for (int i = 0; i < 64; i++) {
      assertArrayEquals(Arrays.copyOfRange(together, i * PIXELS, (i + 1) * PIXELS), single[i]);
    }
    assertArrayEquals(DIGITS.labels(100, 64), labels(DIGITS, 100, 64));
    assertFalse(Arrays.equals(together, new StrokeDigits(2).images(100, 64)));
  }

  @Test
  void indicesMayBeHugeOrNegative() {
    for (long index : new long[] {Long.MIN_VALUE, -1, 1L << 40, Long.MAX_VALUE}) {
      assertTrue(sum(DIGITS.images(index, 1)) > 20);
    }
  }

  @Test
  void labelsAreEquallyLikely() {
    int[] counts = new int[10];
    for (int label : DIGITS.labels(0, 20_000)) {
      counts[label]++;
    }
    // Expected 2000 with a deviation of 42.
    for (int digit = 0; digit < 10; digit++) {
      assertEquals(2000, counts[digit], 200, "digit " + digit);
    }
  }

  @Test
  void lightIsSpreadAsInMnist() {
    float[] images = DIGITS.images(0, 4000);
    double mean = sum(images) / images.length;
    double squares = 0;
    for (float value : images) {
      assertTrue(value >= 0 && value <= 1, () -> "value " + value);
      squares += value * value;
    }
    // MNIST's training set: mean 0.1307, deviation 0.3081.
    assertEquals(0.1307, mean, 0.01);
    assertEquals(0.3081, Math.sqrt(squares / images.length - mean * mean), 0.02);
  }

  @Test
  void inkIsCentredByMassInsideTheFrame() {
    float[] images = DIGITS.images(0, 1000);
    int offCentre = 0;
    for (int i = 0; i < 1000; i++) {
      double mass = 0;
      double x = 0;
      double y = 0;
      for (int p = 0; p < PIXELS; p++) {
        double value = images[i * PIXELS + p];
        int column = p % 28;
        int row = p / 28;
        mass += value;
        x += value * (column + 0.5);
        y += value * (row + 0.5);
        if (column == 0 || column == 27 || row == 0 || row == 27) {
          assertEquals(0, value, "image " + i + " touches the frame");
        }
      }
      double off = Math.max(Math.abs(x / mass - 14), Math.abs(y / mass - 14));
      assertTrue(off < 2.5, "image " + i + " is " + off + " pixels off the centre");
      offCentre += off > 1.5 ? 1 : 0;
    }
    assertTrue(offCentre <= 10, offCentre + " in 1000 give way to the frame, expected a few");
  }

  @Test
  void imagesOfOneDigitDiffer() {
    int[] labels = DIGITS.labels(0, 400);
    float[] images = DIGITS.images(0, 400);
    for (int i = 0; i < 400; i++) {
      for (int j = 0; j < i; j++) {
        if (labels[i] == labels[j]) {
          assertTrue(distance(images, i, images, j) > 1, i + " and " + j);
        }
      }
    }
  }

  /// The labels are right and the digits legible: the nearest of 3000 known images tells what a new
  /// one shows.
  @Test
  void nearestNeighbourReadsThem() {
    float[] known = DIGITS.images(0, 3000);
    int[] knownLabels = DIGITS.labels(0, 3000);
    float[] fresh = DIGITS.images(1_000_000, 300);
    int[] freshLabels = DIGITS.labels(1_000_000, 300);
    int right = 0;
    for (int i = 0; i < 300; i++) {
      int best = 0;
      double least = Double.MAX_VALUE;
      for (int k = 0; k < 3000; k++) {
        double distance = distance(fresh, i, known, k);
        if (distance < least) {
          least = distance;
          best = k;
        }
      }
      right += knownLabels[best] == freshLabels[i] ? 1 : 0;
    }
    int read = right;
    assertTrue(read >= 0.93 * 300, () -> read + " of 300 read");
  }

  @Test
  void everyStyleOfEveryDigitDrawsInk() {
    for (int digit = 0; digit < 10; digit++) {
      assertTrue(DigitStrokes.styles(digit) >= 3, "styles of " + digit);
    }
    assertTrue(
        IntStream.range(0, 2000).allMatch(i -> sum(DIGITS.images(i, 1)) > 25),
        "an image is nearly empty");
  }

  @Test
  void arraysThatAreTooShortAreRefused() {
    int[] two = new int[2];
    float[] oneAndAHalf = new float[PIXELS + 1];
    assertThrows(IndexOutOfBoundsException.class, () -> DIGITS.fill(0, 2, oneAndAHalf, 0, two));
    assertThrows(IndexOutOfBoundsException.class, () -> DIGITS.fill(0, 1, oneAndAHalf, 2, two));
    assertThrows(
        IndexOutOfBoundsException.class, () -> DIGITS.fill(0, 3, new float[3 * PIXELS], 0, two));
    assertThrows(IllegalArgumentException.class, () -> DIGITS.images(0, 1 << 30));
    assertEquals(0, DIGITS.images(0, 0).length);
  }

  @Test
  void fillWritesOnlyItsOwnPart() {
    float[] images = new float[3 * PIXELS];
    Arrays.fill(images, 7);
    DIGITS.fill(5, 1, images, PIXELS, new int[1]);
    for (int i = 0; i < PIXELS; i++) {
      assertEquals(7, images[i]);
      assertEquals(7, images[2 * PIXELS + i]);
    }
    assertArrayEquals(DIGITS.images(5, 1), Arrays.copyOfRange(images, PIXELS, 2 * PIXELS));
  }

  private static int[] labels(StrokeDigits digits, long first, int count) {
    int[] labels = new int[count];
    digits.fill(first, count, new float[count * PIXELS], 0, labels);
    return labels;
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  private static double distance(float[] a, int i, float[] b, int j) {
    float sum = 0;
    for (int p = 0; p < PIXELS; p++) {
      float d = a[i * PIXELS + p] - b[j * PIXELS + p];
      sum += d * d;
    }
    return sum;
  }
}
