package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.TinyData;
import jacquard.examples.recipe.classifier.Classifier;
import jacquard.examples.recipe.gan.GanModel;
import jacquard.examples.score.ImageJudge;
import jacquard.examples.score.ImageScores;
import jacquard.nn.Init;
import jacquard.nn.metrics.ClassHistogram;
import jacquard.nn.metrics.Features;
import jacquard.nn.metrics.Moments;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is told of a generator that draws too few classes.
class GanMonitorTest {
  @TempDir Path temp;

  private static ClassHistogram drawn(int... counts) {
    return new ClassHistogram(counts);
  }

  private static ImageJudge judge(int side) {
    Classifier.Sizes sizes = new Classifier.Sizes(1, side, side, 4, 10);
    return ImageJudge.of(Classifier.of(Init.of(1), sizes, 0), "untrained");
  }

  private static GanModel model(int side) {
    return GanModel.of(
        Init.of(2),
        new GanModel.Sizes(GanModel.Arch.MLP, side, side, 4, 4, 0, GanModel.Norm.NONE, 0));
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
    Digits digits = Digits.of(TinyData.mnist(temp.resolve("files"), 5200, 10), -1, 1, 7);
    ImageJudge judge = judge(6);
    GanModel model = model(6);
    GanMonitor monitor = new GanMonitor(model, judge, digits, "that");
    Map<String, Double> measured = monitor.measure(false);
    Map<String, Double> atTheEnd = monitor.measure(true);

    Pictures known = digits.someLearned(5000, 1);
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

  /// 200 of the pictures are not looked at: the first of the files turned round are the last.
  @Test
  void picturesToCompareWithAreDrawnByLotAndNotTheFirst() throws Exception {
    Path files = TinyData.mnist(temp.resolve("files"), 5200, 10);
    Path turned = TinyData.reversed(files, temp.resolve("turned"));
    assertEquals(fid(files), fid(turned));
  }

  private static Double fid(Path data) throws Exception {
    return new GanMonitor(model(6), judge(6), Digits.of(data, -1, 1, 7), "that")
        .measure(false)
        .get("fid");
  }
}
