package jacquard.examples.recipe.gan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.recipe.gan.GanModel.Arch;
import jacquard.examples.recipe.gan.GanModel.Norm;
import jacquard.nn.AdversarialLoss;
import jacquard.nn.Embedding;
import jacquard.nn.Init;
import jacquard.nn.Pass;
import jacquard.nn.Precision;
import jacquard.nn.data.SplitMix;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What the classes of a batch do in a step of a model with classes.
class ConditionalDuelTest {
  private static final int ROWS = 4;
  private static final Key KEY = Key.of(7);
  private static final int[] LABELS = {0, 1, 2, 2};
  private static final int[] OTHERS = {1, 2, 0, 0};

  private final GanModel model =
      GanModel.of(Init.of(5), new GanModel.Sizes(Arch.MLP, 2, 3, 1, 4, 3, Norm.NONE, 0));

  private static Tensor pictures() {
    SplitMix random = new SplitMix(4);
    float[] pixels = new float[ROWS * 6];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = 2 * random.nextFloat() - 1;
    }
    return Tensor.of(pixels, ROWS, 1, 2, 3);
  }

  private static Tensor labels(int[] classes) {
    return Tensor.stored(DType.I32, classes, Shape.of(ROWS), Device.standard());
  }

  private static double mean(Tensor logits) {
    float[] each = logits.toFloatArray();
    double sum = 0;
    for (float logit : each) {
      sum += logit;
    }
    return sum / each.length;
  }

  @Test
  void aVerdictCountsHowFarFeaturesAgreeWithTheirClass() {
    Discriminator critic = model.discriminator();
    Pass pass = Pass.evaluation();
    float[] plain = critic.judge(pictures(), null, pass).toFloatArray();
    float[] features = critic.body().forward(pictures(), pass).toFloatArray();
    Embedding direction = (Embedding) Objects.requireNonNull(critic.direction());
    float[] table = direction.weight().value().toFloatArray();
    float[] verdicts = critic.judge(pictures(), labels(LABELS), pass).toFloatArray();
    int width = features.length / ROWS;
    double most = 0;
    for (int row = 0; row < ROWS; row++) {
      double agreement = 0;
      for (int i = 0; i < width; i++) {
        agreement += features[row * width + i] * table[LABELS[row] * width + i];
      }
      assertEquals(plain[row] + agreement, verdicts[row], 1e-5);
      most = Math.max(most, Math.abs(agreement));
    }
    assertTrue(most > 0.01, "a class that is felt: " + most);
  }

  /// The difference of WGAN's means, with rates so low that nothing moves in the step.
  @Test
  void theClassesOfTheBatchAreDrawnAndJudged() {
    Duel duel =
        new Duel(
            model,
            new Duel.Settings(AdversarialLoss.WGAN, 1e-12, 1e-12, 1, 0, 0, 0, 0, 10),
            KEY,
            Precision.F32);
    double[] expected = losses(LABELS, LABELS);
    Map<String, Double> losses =
        duel.step(0, _ -> new Duel.Real(pictures(), labels(LABELS.clone())));
    assertEquals(expected[0], losses.get("d_loss"), 1e-5);
    assertEquals(expected[1], losses.get("g_loss"), 1e-5);
    for (int[][] wrong : new int[][][] {{OTHERS, LABELS}, {LABELS, OTHERS}}) {
      double[] otherwise = losses(wrong[0], wrong[1]);
      assertTrue(
          Math.abs(otherwise[0] - expected[0]) > 1e-4
              && Math.abs(otherwise[1] - expected[1]) > 1e-4,
          () -> "other classes tell: " + Arrays.toString(otherwise));
    }
  }

  /// Of the discriminator and of the generator.
  private double[] losses(int[] drawn, int[] judged) {
    Pass pass = Pass.training(KEY.dynamic().fold(0).fold(0));
    Tensor made = model.generator().draw(pass.key(), ROWS, labels(drawn.clone()), pass);
    double forged = mean(model.discriminator().judge(made, labels(judged.clone()), pass));
    double real = mean(model.discriminator().judge(pictures(), labels(judged.clone()), pass));
    return new double[] {forged - real, -forged};
  }
}
