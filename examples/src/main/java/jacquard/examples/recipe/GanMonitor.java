package jacquard.examples.recipe;

import jacquard.examples.recipe.gan.GanModel;
import jacquard.examples.score.ImageJudge;
import jacquard.examples.score.ImageScores;
import jacquard.nn.metrics.ClassHistogram;
import jacquard.nn.metrics.Features;
import jacquard.nn.metrics.Moments;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Watches what a generator draws: FID against pictures that it learns from, drawn by lot, and
/// which classes there are in how equal shares.
final class GanMonitor implements GanWatch {
  /// As many every time: FID falls with the number of pictures, and the best checkpoint is the one
  /// of the least.
  private static final int PICTURES = 2000;

  private static final int PICTURES_AT_THE_END = 5000;

  /// The same lots in every run, so that FIDs compare.
  private static final long LOTS = 1;

  /// Share of the most possible entropy below which some classes are hardly drawn any more.
  private static final double COLLAPSED = 0.8;

  private final GanModel model;
  private final ImageJudge judge;
  private final Moments real;
  private final String remedies;
  private @Nullable String warning;

  /// @param remedies [GanOptions#remedies]
  GanMonitor(GanModel model, ImageJudge judge, Digits digits, String remedies) {
    this.model = model;
    this.judge = judge;
    this.remedies = remedies;
    Pictures known = digits.someLearned(PICTURES_AT_THE_END, LOTS);
    real = Moments.of(judge.features(known.pixels(), known.count()));
  }

  /// `class/K` is the part of the pictures that is taken for class K.
  ///
  /// @param last with FID by more pictures, too, under a name of its own
  @Override
  public Map<String, Double> measure(boolean last) {
    int count = last ? PICTURES_AT_THE_END : PICTURES;
    Pictures drawn = GanSampler.draw(model, count, 1, null);
    Map<String, Double> measured = new LinkedHashMap<>();
    warning = null;
    if (!drawn.isFinite()) {
      return measured; // the loop says so after the next step
    }
    Features all = judge.features(drawn.pixels(), count);
    Features features = all.slice(0, PICTURES);
    measured.put("fid", ImageScores.fid(real, features));
    if (last) {
      measured.put("fid_" + PICTURES_AT_THE_END, ImageScores.fid(real, all));
    }
    ClassHistogram classes = judge.classes(features);
    if (classes != null) {
      measured.put("entropy", classes.entropy());
      for (int k = 0; k < classes.counts().length; k++) {
        measured.put("class/" + k, (double) classes.counts()[k] / PICTURES);
      }
      warning = collapse(classes, remedies);
    }
    return measured;
  }

  /// What to say of a generator that draws some classes hardly any more; null if it draws all.
  static @Nullable String collapse(ClassHistogram drawn, String remedies) {
    double most = Math.log(drawn.counts().length);
    return drawn.entropy() >= COLLAPSED * most
        ? null
        : "mode collapse? %d of %d classes among %,d drawn, entropy %.2f of %.2f nats: %s; try %s"
            .formatted(
                drawn.present(),
                drawn.counts().length,
                drawn.total(),
                drawn.entropy(),
                most,
                Arrays.toString(drawn.counts()),
                remedies);
  }

  @Override
  public @Nullable String warning() {
    return warning;
  }
}
