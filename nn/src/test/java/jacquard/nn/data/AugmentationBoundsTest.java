package jacquard.nn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.io.FormatException;
import java.util.DoubleSummaryStatistics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What is drawn by lot stays within what was asked for, and comes to its ends: seen in pictures
/// from which it can be read.
class AugmentationBoundsTest {
  private static final int SIDE = 41;
  private static final int MIDDLE = SIDE / 2;

  /// Black but for one pixel.
  private static Image dot(int y, int x) {
    Image image = Image.of(1, SIDE, SIDE);
    image.values()[y * SIDE + x] = 1;
    return image;
  }

  /// Where the light is, from the middle: right and up.
  private static double[] place(Image image) {
    double right = 0;
    double up = 0;
    double all = 0;
    for (int i = 0; i < image.values().length; i++) {
      double light = image.values()[i];
      right += light * (i % SIDE - MIDDLE);
      up += light * (MIDDLE - i / SIDE);
      all += light;
    }
    return new double[] {right / all, up / all};
  }

  @Test
  void shiftsReachEveryPlaceWithinAndNoneBeyond() {
    Image image = dot(MIDDLE, MIDDLE);
    Set<List<Double>> places = new HashSet<>();
    for (int seed = 0; seed < 400; seed++) {
      double[] at = place(new Augmentation.Shift(2).apply(image, new SplitMix(seed)));
      assertTrue(Math.abs(at[0]) <= 2 && Math.abs(at[1]) <= 2, at[0] + " right, " + at[1] + " up");
      places.add(List.of(at[0] + 0.0, at[1] + 0.0));
    }
    assertEquals(25, places.size(), places::toString);
  }

  @Test
  void turnsReachTheirAngleEitherWayAndNoFurther() {
    Image image = dot(MIDDLE, MIDDLE + 15);
    DoubleSummaryStatistics degrees = new DoubleSummaryStatistics();
    for (int seed = 0; seed < 400; seed++) {
      double[] at = place(new Augmentation.Rotate(30).apply(image, new SplitMix(seed)));
      degrees.accept(Math.toDegrees(Math.atan2(at[1], at[0])));
    }
    assertEquals(-30, degrees.getMin(), 0.8);
    assertEquals(30, degrees.getMax(), 0.8);
    assertEquals(0, degrees.getAverage(), 3, "of 400, whose mean deviates by 0.9");
  }

  /// A picture of its own coordinates tells which part of it is left.
  @Test
  void cropsReachTheirAreasProportionsAndEdgesAndNoFurther() {
    Image image = Image.of(2, SIDE, SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) {
      image.values()[i] = i / SIDE;
      image.values()[SIDE * SIDE + i] = i % SIDE;
    }
    Augmentation crop = new Augmentation.ResizedCrop(0.2, 0.45, 2);
    DoubleSummaryStatistics area = new DoubleSummaryStatistics();
    DoubleSummaryStatistics proportion = new DoubleSummaryStatistics();
    DoubleSummaryStatistics first = new DoubleSummaryStatistics();
    DoubleSummaryStatistics last = new DoubleSummaryStatistics();
    for (int seed = 0; seed < 2000; seed++) {
      float[] made = crop.apply(image, new SplitMix(seed)).values();
      // Between pixels 10 and 30 of the middle row and column lie 20 of 41 parts of a side.
      double height = (made[30 * SIDE + MIDDLE] - made[10 * SIDE + MIDDLE]) * SIDE / 20.0;
      int columns = SIDE * SIDE + MIDDLE * SIDE;
      double width = (made[columns + 30] - made[columns + 10]) * SIDE / 20.0;
      area.accept(height * width / (SIDE * SIDE));
      proportion.accept(height / width);
      double middle = made[MIDDLE * SIDE + MIDDLE] + 0.5;
      first.accept(middle - height / 2);
      last.accept(middle + height / 2);
    }
    assertEquals(0.2, area.getMin(), 2e-3);
    assertEquals(0.45, area.getMax(), 2e-3);
    assertEquals(0.5, proportion.getMin(), 5e-3);
    assertEquals(2, proportion.getMax(), 2e-2);
    assertEquals(0, first.getMin(), 0.1);
    assertEquals(SIDE, last.getMax(), 0.1);
  }

  @Test
  void stepsFollowEachOtherInTheirOrder() throws FormatException {
    Image image = new Image(new float[] {5}, 1, 1, 1);
    SplitMix random = new SplitMix(1);
    List<Augmentation> steps =
        List.of(new Augmentation.Normalise(1, 2), new Augmentation.Normalise(0, 4));
    Augmentation both = new Augmentation.Sequence(steps);
    assertEquals(0.5f, both.apply(image, random).values()[0]);
    assertEquals(
        0.5f,
        AugmentationSpec.parse("normalise=1:2,normalise=0:4").apply(image, random).values()[0]);
    assertEquals(
        0.125f, new Augmentation.Sequence(steps.reversed()).apply(image, random).values()[0]);
  }
}
