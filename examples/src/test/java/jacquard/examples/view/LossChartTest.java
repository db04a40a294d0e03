package jacquard.examples.view;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.nn.io.FormatException;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossChartTest {
  private static final int BLUE = new Color(0x0072b2).getRGB();
  private static final int VERMILION = new Color(0xd55e00).getRGB();

  @TempDir private Path folder;

  @Test
  void bothSeriesAreDrawnFallingFromLeftToRight() throws IOException {
    LossChart chart = LossChart.of("gpt", "loss").noisy("training").exact("validation");
    for (int step = 1; step <= 1000; step++) {
      chart.add("training", step, 4 - step / 500.0);
      if (step % 100 == 0) {
        chart.add("validation", step, 4.2 - step / 500.0);
      }
    }
    BufferedImage image = draw(chart);
    assertEquals(900, image.getWidth());
    assertEquals(540, image.getHeight());
    for (int color : new int[] {BLUE, VERMILION}) {
      double left = meanRow(image, color, 150, 250);
      double right = meanRow(image, color, 700, 800);
      assertTrue(left + 150 < right, left + " to " + right);
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of("loss.png"), files.map(f -> f.getFileName().toString()).toList());
    }
  }

  @Test
  void halfOfTheStepsTakeMostOfALinearAxisAndLittleOfALogarithmicOne() throws IOException {
    LossChart linear = LossChart.of("gpt", "loss").exact("loss");
    LossChart logarithmic = LossChart.logarithmic("gpt", "loss").exact("loss");
    for (LossChart chart : List.of(linear, logarithmic)) {
      for (int step = 1; step <= 1000; step++) {
        chart.add("loss", step, step <= 100 ? 4 : 1);
      }
    }
    // The column where the loss drops at step 100 of 1000.
    assertTrue(drop(draw(linear)) < 250, "linear");
    assertTrue(drop(draw(logarithmic)) > 500, "logarithmic");
  }

  @Test
  void emptySinglePointConstantAndUnfiniteSeriesAreDrawn() throws IOException {
    LossChart chart = LossChart.logarithmic("vae", "loss").noisy("training").exact("test");
    draw(chart);
    chart.add("training", 1, Double.NaN);
    draw(chart);
    chart.add("training", 2, 3);
    draw(chart);
    for (int step = 3; step < 40; step++) {
      chart.add("training", step, step % 7 == 0 ? Double.POSITIVE_INFINITY : 3);
    }
    chart.add("test", 39, 0);
    draw(chart);
    chart.add("test", 40, -1e9);
    assertNotNull(draw(chart));
  }

  @Test
  void thinningKeepsTheMeanAndBoundsTheNumber() {
    Curve curve = new Curve();
    for (int step = 1; step <= 100_000; step++) {
      curve.add(step, step % 2);
    }
    for (Curve.Axis axis : Curve.Axis.values()) {
      Curve.Points points = curve.thinned(700, axis);
      assertTrue(points.steps().length <= 700, () -> points.steps().length + " points");
      assertEquals(0.5, points.values()[points.values().length - 1], 0.01);
      for (int i = 1; i < points.steps().length; i++) {
        assertTrue(points.steps()[i - 1] < points.steps()[i]);
      }
    }
  }

  @Test
  void thinningLeavesFewPointsAlone() {
    Curve curve = new Curve();
    curve.add(10, 3);
    curve.add(20, Double.NaN);
    curve.add(30, 1);
    Curve.Points points = curve.thinned(700, Curve.Axis.LINEAR);
    assertArrayEquals(new double[] {10, 30}, points.steps());
    assertArrayEquals(new double[] {3, 1}, points.values());
  }

  @Test
  void smoothingFollowsALineAndCalmsNoiseAndSpikes() {
    SplittableRandom random = new SplittableRandom(1);
    Curve line = new Curve();
    Curve noise = new Curve();
    for (int step = 1; step <= 4000; step++) {
      line.add(step, 10 - step / 1000.0);
      noise.add(step, 5 + random.nextDouble(-1, 1) + (step == 2000 ? 1000 : 0));
    }
    Curve.Points smoothLine = line.smoothed(700, Curve.Axis.LINEAR);
    for (int i = 0; i < smoothLine.steps().length; i++) {
      // Half a window at the very ends.
      assertEquals(10 - smoothLine.steps()[i] / 1000, smoothLine.values()[i], 0.03);
    }
    Curve.Points smoothNoise = noise.smoothed(700, Curve.Axis.LINEAR);
    for (double value : smoothNoise.values()) {
      assertEquals(5, value, 0.4);
    }
  }

  @Test
  void unknownAndDoubleNamesAreRefused() {
    LossChart chart = LossChart.of("gpt", "loss").noisy("training");
    assertEquals(
        "loss chart: no series 'train', expected one of [training]",
        assertThrows(IllegalArgumentException.class, () -> chart.add("train", 1, 1)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> chart.exact("training"));
  }

  private BufferedImage draw(LossChart chart) throws IOException {
    Path path = folder.resolve("loss.png");
    try {
      chart.write(path);
    } catch (FormatException e) {
      assumeTrue(!e.toString().contains("no fonts"), e.toString());
      throw e;
    }
    return ImageIO.read(path.toFile());
  }

  private static double meanRow(BufferedImage image, int color, int left, int right) {
    long sum = 0;
    long count = 0;
    // Below the legend.
    for (int y = 100; y < image.getHeight(); y++) {
      for (int x = left; x < right; x++) {
        if (image.getRGB(x, y) == color) {
          sum += y;
          count++;
        }
      }
    }
    assertTrue(count > 8, "pixels of " + Integer.toHexString(color) + ": " + count);
    return (double) sum / count;
  }

  private static int drop(BufferedImage image) {
    for (int x = 0; x < image.getWidth(); x++) {
      for (int y = 300; y < image.getHeight(); y++) {
        if (image.getRGB(x, y) == BLUE) {
          return x;
        }
      }
    }
    throw new AssertionError("the loss never drops");
  }
}
