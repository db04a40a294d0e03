package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.recipe.classifier.Classifier;
import jacquard.examples.recipe.gan.GanModel;
import jacquard.examples.score.ImageJudge;
import jacquard.examples.score.ImageScores;
import jacquard.nn.Init;
import jacquard.nn.metrics.ClassHistogram;
import jacquard.nn.metrics.Features;
import jacquard.nn.metrics.Moments;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What is told of a generator that draws too few classes.
class GanMonitorTest {
  private static ClassHistogram drawn(int... counts) {
    return new ClassHistogram(counts);
  }

  @Test
  void fewClassesAreToldAndManyAreNot() {
    assertNull(GanMonitor.collapse(drawn(50, 50, 50, 50), "this"));
    String one = GanMonitor.collapse(drawn(0, 2000, 0, 0), "this or that");
    assertEquals(
        "mode collapse? 1 of 4 classes among 2,000 drawn, entropy 0.00 of 1.39 nats:"
            + " [0, 2000, 0, 0]; try this or that",
        one);
    // Three classes of four have 79 % of the greatest entropy, with a few of the fourth 81 %.
    assertNotNull(GanMonitor.collapse(drawn(100, 100, 100, 0), "this"));
    assertNull(GanMonitor.collapse(drawn(100, 100, 100, 4), "this"));
  }

  @Test
  void whatIsMeasuredIsWhatTheScoresMakeOfWhatIsDrawn() throws Exception {
    Digits digits = Digits.of(null, -1, 1, 7);
    ImageJudge judge =
        ImageJudge.of(
            Classifier.of(Init.of(1), new Classifier.Sizes(1, 28, 28, 4, 10), 0), "untrained");
    GanModel model =
        GanModel.of(
            Init.of(2),
            new GanModel.Sizes(GanModel.Arch.MLP, 28, 28, 4, 4, 0, GanModel.Norm.NONE, 0));
    GanMonitor monitor = new GanMonitor(model, judge, digits, "that");
    Map<String, Double> measured = monitor.measure(false);
    Map<String, Double> atTheEnd = monitor.measure(true);

    Pictures known = digits.learned(5000);
    Moments real = Moments.of(judge.features(known.pixels(), known.count()));
    Pictures drawn = GanSampler.draw(model, 2000, 1, null);
    Features features = judge.features(drawn.pixels(), 2000);
    ClassHistogram classes = judge.classes(features);
    assertNotNull(classes);
    assertEquals(ImageScores.fid(real, features), measured.get("fid"), 1e-9);
    assertEquals(classes.entropy(), measured.get("entropy"), 1e-12);
    Set<String> names = new HashSet<>(Set.of("fid", "entropy"));
    for (int k = 0; k < 10; k++) {
      assertEquals(classes.counts()[k] / 2000.0, measured.get("class/" + k), 1e-12, "class " + k);
      assertEquals(measured.get("class/" + k), atTheEnd.get("class/" + k), "of as many pictures");
      names.add("class/" + k);
    }
    assertEquals(names, measured.keySet());
    assertEquals(measured.get("fid"), atTheEnd.get("fid"), 1e-9, "of as many pictures");
    assertEquals(measured.get("entropy"), atTheEnd.get("entropy"), 1e-12);
    Features more = judge.features(GanSampler.draw(model, 5000, 1, null).pixels(), 5000);
    assertEquals(ImageScores.fid(real, more), atTheEnd.get("fid_5000"), 1e-9);
    assertNotEquals(atTheEnd.get("fid"), atTheEnd.get("fid_5000"));
    // Nobody has taught it anything: all its pictures are the same grey.
    assertEquals(GanMonitor.collapse(classes, "that"), monitor.warning());
    assertTrue(monitor.warning() != null, () -> Arrays.toString(classes.counts()));
  }
}
