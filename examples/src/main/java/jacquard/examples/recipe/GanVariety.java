package jacquard.examples.recipe;

import jacquard.examples.recipe.gan.GanModel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How much drawn pictures differ from each other, beside how much real ones do: all that can be
/// said of a collapse without a network that tells pictures apart.
final class GanVariety implements GanWatch {
  private static final int PICTURES = 256;

  /// The same lots in every run.
  private static final long LOTS = 1;

  /// Part of the real variance below which pictures are nearly one and the same.
  private static final double COLLAPSED = 0.2;

  private final GanModel model;
  private final String remedies;
  private final double real;
  private @Nullable String warning;

  /// @param remedies [GanOptions#remedies]
  GanVariety(GanModel model, Digits digits, String remedies) {
    this.model = model;
    this.remedies = remedies;
    real = variance(digits.someLearned(PICTURES, LOTS));
  }

  /// `variety` is the variance of a pixel from picture to picture, added over the pixels, as a part
  /// of that of real pictures.
  @Override
  public Map<String, Double> measure(boolean last) {
    Pictures drawn = GanSampler.draw(model, PICTURES, 1, null);
    warning = null;
    if (!drawn.isFinite() || real == 0) {
      return Map.of(); // numbers that are none the loop tells after the next step
    }
    double variety = variance(drawn) / real;
    if (variety < COLLAPSED) {
      warning =
          "mode collapse? %d drawn pictures differ %.2f times as much as real ones; try %s"
              .formatted(PICTURES, variety, remedies);
    }
    return Map.of("variety", variety);
  }

  @Override
  public @Nullable String warning() {
    return warning;
  }

  private static double variance(Pictures pictures) {
    int pixels = pictures.height() * pictures.width();
    int count = pictures.count();
    double sum = 0;
    for (int p = 0; p < pixels; p++) {
      double mean = 0;
      double squares = 0;
      for (int i = 0; i < count; i++) {
        double x = pictures.pixels()[i * pixels + p];
        mean += x / count;
        squares += x * x / count;
      }
      sum += squares - mean * mean;
    }
    return sum;
  }
}
