package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.tensorboard.Histogram;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class WatchTest {
  private final Watch watch = new Watch();

  /// Two matrices and a bias with gradients of these sizes.
  private static Look look(long step, double first, double second, double bias, double dead) {
    SequencedMap<String, Histogram> gradients = new LinkedHashMap<>();
    gradients.put("first.weight", of(first));
    gradients.put("second.weight", of(second));
    gradients.put("second.bias", of(bias));
    SequencedMap<String, Integer> ranks = new LinkedHashMap<>();
    ranks.put("first.weight", 2);
    ranks.put("second.weight", 2);
    ranks.put("second.bias", 1);
    SequencedMap<String, Double> relus = new LinkedHashMap<>();
    relus.put("first", dead);
    return new Look(step, new LinkedHashMap<>(), gradients, ranks, relus, null);
  }

  private static Histogram of(double size) {
    return Histogram.of(new float[] {(float) size, (float) -size});
  }

  @Test
  void calmTrainingIsNotTalkedAbout() {
    for (int step = 1; step < 20; step++) {
      assertEquals(List.of(), watch.look(look(step, 0.1 * step, 1, 0, 0.2)));
    }
  }

  @Test
  void explodingGradientsAreToldOnceUntilTheyAreOver() {
    for (int step = 1; step <= 5; step++) {
      watch.look(look(step, 1, 1, 1, 0));
    }
    List<String> warnings = watch.look(look(6, 500, 1, 1, 0));
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(
        warnings.getFirst().startsWith("exploding gradients? their norm is 7.1e+02 after step 6"),
        warnings::toString);
    assertTrue(warnings.getFirst().contains("most of it in first.weight"), warnings::toString);
    assertEquals(List.of(), watch.look(look(7, 500, 1, 1, 0)), "said already");
    watch.look(look(8, 1, 1, 1, 0));
    assertEquals(1, watch.look(look(9, 9000, 1, 1, 0)).size(), "again");
  }

  @Test
  void hugeGradientsAreToldAtTheFirstLook() {
    assertEquals(1, watch.look(look(1, 1e7, 1e6, 1, 0)).size());
  }

  @Test
  void vanishingGradientsNameTheParameter() {
    List<String> warnings = watch.look(look(3, 1e-9, 0.5, 0, 0));
    assertEquals(
        List.of(
            "vanishing gradients? those of first.weight are 2e-09 times those of second.weight after step 3: it hardly learns; try another activation or initialisation, or a normalisation"),
        warnings);
    assertEquals(List.of(), new Watch().look(look(3, 0.5, 0.5, 0, 0)), "a bias may have none");
    assertEquals(1, new Watch().look(look(3, 0, 0.5, 0, 0)).size());
    assertEquals(
        List.of(
            "vanishing gradients? those of all matrices are 0 after step 3: it learns nothing; try another activation or initialisation, or a normalisation"),
        new Watch().look(look(3, 0, 0, 0, 0)));
  }

  @Test
  void deadRelusNameTheirLayer() {
    assertEquals(
        List.of(
            "dead ReLUs? 75 % of the units of first are 0 for a whole batch after step 4; try a lower --lr"),
        watch.look(look(4, 1, 1, 1, 0.75)));
  }

  @Test
  void overFittingIsAWorseValidationWhileTrainingImproves() {
    double[] training = {2.0, 1.5, 1.2, 1.0, 0.9, 0.8};
    double[] validation = {2.1, 1.7, 1.6, 1.62, 1.75, 1.9};
    for (int i = 0; i < training.length; i++) {
      assertEquals(List.of(), watch.line(10 * i + 5, training[i] + 0.1, null));
      List<String> warnings = watch.line(10 * i + 10, training[i] - 0.1, validation[i]);
      assertEquals(i == 4 ? 1 : 0, warnings.size(), "at " + i + ": " + warnings);
      if (i == 4) {
        assertTrue(
            warnings
                .getFirst()
                .startsWith(
                    "over-fitting? val_loss 1.750 after step 50 is 9 % above its best, 1.600 after step 30, while loss fell from 1.200 to 0.9000; "),
            warnings::toString);
      }
    }
  }

  @Test
  void bothLossesRisingIsNotOverFitting() {
    double[] losses = {2, 1.5, 1.8, 2.4, 3};
    for (int i = 0; i < losses.length; i++) {
      assertEquals(List.of(), watch.line(i + 1, losses[i], losses[i] + 0.1));
    }
  }
}
