package jacquard.examples.recipe.gan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.recipe.gan.Duel.Real;
import jacquard.examples.recipe.gan.Duel.Settings;
import jacquard.examples.recipe.gan.GanModel.Arch;
import jacquard.examples.recipe.gan.GanModel.Norm;
import jacquard.nn.AdversarialLoss;
import jacquard.nn.Flatten;
import jacquard.nn.Init;
import jacquard.nn.Linear;
import jacquard.nn.Pass;
import jacquard.nn.Precision;
import jacquard.nn.Sequential;
import jacquard.nn.data.SplitMix;
import jacquard.nn.optim.Ema;
import jacquard.tensor.Key;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What each setting does to the first step, by its formula: the discriminator is linear, so that
/// its losses, penalties and gradients are known, and Adam's first moment tells the gradient.
class DuelSettingsTest {
  private static final int ROWS = 4;
  private static final int PIXELS = 6;
  private static final Key KEY = Key.of(7);

  private static final Settings PLAIN =
      new Settings(AdversarialLoss.BCE, 1e-3, 1e-3, 1, 0, 0, 0, 0, 10);

  private static GanModel model(double ema) {
    GanModel.Sizes sizes = new GanModel.Sizes(Arch.MLP, 2, 3, 1, 5, 0, Norm.NONE, ema);
    Init init = Init.of(3);
    Generator generator = Generator.of(init.at("generator"), sizes);
    Linear head = Linear.of(init.at("critic"), PIXELS, 1);
    return new GanModel(
        sizes,
        generator,
        new Discriminator(Sequential.of(new Flatten()), head, null),
        ema > 0 ? new Ema(generator.parameters(), ema) : null);
  }

  /// A model, what it did in its first step, and what that step was made of.
  private static final class First {
    final GanModel model = model(0);
    final Map<String, float[]> before;
    final Map<String, float[]> after;
    final Map<String, Double> losses;
    final double[][] real = pictures();
    final double[][] drawn;

    First(Settings settings) {
      // What the step will draw, as its pass does.
      Pass pass = Pass.training(KEY.dynamic().fold(0).fold(0));
      drawn = rows(model.generator().draw(pass.key(), ROWS, null, pass).toFloatArray());
      Duel duel = new Duel(model, settings, KEY, Precision.F32);
      before = values(duel);
      losses = duel.step(0, _ -> new Real(tensor(real), null));
      after = values(duel);
    }

    /// Of a weight of the discriminator; Adam's first moment is `(1 - beta) g` after a step.
    double[] gradient(String name, double beta) {
      float[] moment = Objects.requireNonNull(after.get("adam.m." + name), name);
      double[] gradient = new double[moment.length];
      Arrays.setAll(gradient, i -> moment[i] / (1 - beta));
      return gradient;
    }

    double[] weight() {
      float[] weight = Objects.requireNonNull(before.get("critic.weight"));
      double[] wide = new double[PIXELS];
      Arrays.setAll(wide, i -> weight[i]);
      return wide;
    }

    double logit(double[] picture) {
      double logit = Objects.requireNonNull(before.get("critic.bias"))[0];
      for (int i = 0; i < PIXELS; i++) {
        logit += weight()[i] * picture[i];
      }
      return logit;
    }

    /// Of pictures seen through noise.
    double meanLogit(double[][] pictures, Key key, double deviation) {
      float[] noise = Tensor.randn(key, ROWS, 1, 2, 3).toFloatArray();
      double sum = 0;
      for (int row = 0; row < ROWS; row++) {
        double[] seen = pictures[row].clone();
        for (int i = 0; i < PIXELS; i++) {
          seen[i] += deviation * noise[row * PIXELS + i];
        }
        sum += logit(seen);
      }
      return sum / ROWS;
    }
  }

  private static double[][] pictures() {
    SplitMix random = new SplitMix(4);
    double[][] pictures = new double[ROWS][PIXELS];
    for (double[] picture : pictures) {
      Arrays.setAll(picture, i -> (float) (2 * random.nextDouble() - 1));
    }
    return pictures;
  }

  private static Tensor tensor(double[][] pictures) {
    float[] flat = new float[ROWS * PIXELS];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) pictures[i / PIXELS][i % PIXELS];
    }
    return Tensor.of(flat, ROWS, 1, 2, 3);
  }

  private static double[][] rows(float[] flat) {
    double[][] rows = new double[ROWS][PIXELS];
    for (int i = 0; i < flat.length; i++) {
      rows[i / PIXELS][i % PIXELS] = flat[i];
    }
    return rows;
  }

  private static Map<String, float[]> values(Duel duel) {
    Map<String, float[]> values = new HashMap<>();
    for (State state : duel.states()) {
      values.put(state.name(), state.value().toFloatArray());
    }
    return values;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @Test
  void smoothingMovesTheTargetInLossAndGradient() {
    for (double smoothing : new double[] {0, 0.3}) {
      First first =
          new First(new Settings(AdversarialLoss.BCE, 1e-3, 1e-3, 1, smoothing, 0, 0, 0, 10));
      double loss = 0;
      double[] gradient = new double[PIXELS];
      for (int row = 0; row < ROWS; row++) {
        double real = first.logit(first.real[row]);
        double drawn = first.logit(first.drawn[row]);
        double target = 1 - smoothing;
        loss -=
            (target * Math.log(sigmoid(real))
                    + (1 - target) * Math.log(1 - sigmoid(real))
                    + Math.log(1 - sigmoid(drawn)))
                / ROWS;
        for (int i = 0; i < PIXELS; i++) {
          gradient[i] +=
              ((sigmoid(real) - target) * first.real[row][i] + sigmoid(drawn) * first.drawn[row][i])
                  / ROWS;
        }
      }
      assertEquals(loss, first.losses.get("d_loss"), 1e-5);
      assertArrayEquals(gradient, first.gradient("critic.weight", 0.5), 1e-5);
    }
  }

  /// The slope of a linear critic is its weight `w`, wherever it is measured: the penalties are
  /// `(|w| - 1)^2` and `|w|^2 / 2`, their gradients `2 (|w| - 1) w / |w|` and `w`.
  @Test
  void penaltiesAddTheirGradientsTimesTheirWeights() {
    for (double[] weights : new double[][] {{0, 0}, {10, 0}, {0, 2}, {3, 0.5}}) {
      First first =
          new First(
              new Settings(AdversarialLoss.WGAN, 1e-3, 1e-3, 1, 0, 0, weights[0], weights[1], 10));
      double[] w = first.weight();
      double norm = Math.sqrt(Arrays.stream(w).map(v -> v * v).sum());
      assertTrue(Math.abs(norm - 1) > 0.05, "a penalty that is felt");
      double[] expected = new double[PIXELS];
      double loss = 0;
      for (int row = 0; row < ROWS; row++) {
        loss += (first.logit(first.drawn[row]) - first.logit(first.real[row])) / ROWS;
        for (int i = 0; i < PIXELS; i++) {
          expected[i] += (first.drawn[row][i] - first.real[row][i]) / ROWS;
        }
      }
      for (int i = 0; i < PIXELS; i++) {
        expected[i] += weights[0] * 2 * (norm - 1) * w[i] / norm + weights[1] * w[i];
      }
      assertEquals(loss, first.losses.get("d_loss"), 1e-5, "told without penalties");
      assertArrayEquals(expected, first.gradient("critic.weight", 0), 2e-5);
      assertEquals(0, first.gradient("critic.bias", 0)[0], 1e-6, "a slope has no offset");
    }
  }

  /// Adam's first step moves each weight by its rate against the gradient's sign, as good as
  /// whatever the gradient is.
  @Test
  void eachNetworkMovesAtItsOwnRate() {
    First first = new First(new Settings(AdversarialLoss.LSGAN, 2e-3, 5e-4, 1, 0, 0, 0, 0, 10));
    int moved = 0;
    for (String name : first.before.keySet()) {
      if (!name.startsWith("adam.")) {
        double rate = name.startsWith("critic.") ? 2e-3 : 5e-4;
        float[] before = first.before.get(name);
        float[] after = first.after.get(name);
        double[] gradient = first.gradient(name, 0.5);
        for (int i = 0; i < before.length; i++) {
          double expected = -rate * gradient[i] / (Math.abs(gradient[i]) + 1e-8);
          assertEquals(expected, after[i] - before[i], 0.01 * rate, name);
          moved += Math.abs(expected) > 0.9 * rate ? 1 : 0;
        }
      }
    }
    assertTrue(moved > 1000, moved + " weights moved by their rate");
  }

  @Test
  void theDiscriminatorHasSoManyRoundsForOneOfTheGenerator() {
    GanModel model = model(0);
    Duel duel =
        new Duel(
            model,
            new Settings(AdversarialLoss.HINGE, 1e-3, 1e-3, 3, 0, 0, 0, 0, 10),
            KEY,
            Precision.F32);
    Map<String, float[]> before = values(duel);
    List<Integer> asked = new ArrayList<>();
    duel.step(
        0,
        round -> {
          asked.add(round);
          return new Real(tensor(pictures()), null);
        });
    Map<String, float[]> after = values(duel);
    assertEquals(List.of(0, 1, 2), asked);
    double critic = 0;
    double generator = 0;
    for (String name : before.keySet()) {
      for (int i = 0; i < before.get(name).length; i++) {
        double way = Math.abs(after.get(name)[i] - before.get(name)[i]);
        if (name.startsWith("critic.")) {
          critic = Math.max(critic, way);
        } else if (name.startsWith("generator.")) {
          generator = Math.max(generator, way);
        }
      }
    }
    assertEquals(3e-3, critic, 2e-4, "three times the rate");
    assertEquals(1e-3, generator, 1e-5, "once");
  }

  /// The mean of a linear critic's verdicts moves by the noise's, which falls to nothing.
  @Test
  void instanceNoiseFallsWithTheSteps() {
    double plain = loss(0, 10, 5);
    double full = loss(1, 1_000_000_000, 5) - plain;
    assertTrue(Math.abs(full) > 0.01, "noise that is felt: " + full);
    assertEquals(2 * full, loss(2, 1_000_000_000, 5) - plain, 1e-4, "its deviation");
    assertEquals(0.5 * full, loss(1, 10, 5) - plain, 1e-4, "half way");
    assertEquals(0.75 * full, loss(1, 20, 5) - plain, 1e-4, "a quarter of the way");
    assertEquals(0, loss(1, 5, 5) - plain, 1e-4, "at the end");
  }

  /// Real pictures, drawn ones, and those by which the generator learns: each has noise of its own,
  /// for which the step asks in this order.
  @Test
  void everyPictureIsJudgedThroughNoiseOfItsOwn() {
    double deviation = 0.7;
    First first =
        new First(new Settings(AdversarialLoss.WGAN, 1e-12, 1e-12, 1, 0, deviation, 0, 0, 10));
    Pass pass = Pass.training(KEY.dynamic().fold(0).fold(0));
    pass.key(); // of what is drawn
    double real = first.meanLogit(first.real, pass.key(), deviation);
    double drawn = first.meanLogit(first.drawn, pass.key(), deviation);
    double again = first.meanLogit(first.drawn, pass.key(), deviation);
    assertTrue(Math.abs(drawn - again) > 0.01, "noise that is felt");
    assertEquals(drawn - real, first.losses.get("d_loss"), 1e-5);
    assertEquals(-again, first.losses.get("g_loss"), 1e-5);
  }

  private static double loss(double noise, long steps, long step) {
    Settings settings = new Settings(AdversarialLoss.WGAN, 1e-3, 1e-3, 1, 0, noise, 0, 0, steps);
    Map<String, Double> losses =
        new Duel(model(0), settings, KEY, Precision.F32)
            .step(step, _ -> new Real(tensor(pictures()), null));
    return Objects.requireNonNull(losses.get("d_loss"));
  }

  @Test
  void whatIsDrawnComesFromTheAverage() {
    GanModel model = model(0.75);
    Duel duel = new Duel(model, PLAIN, KEY, Precision.F32);
    Map<String, float[]> before = values(duel);
    for (int step = 0; step < 2; step++) {
      duel.step(step, _ -> new Real(tensor(pictures()), null));
    }
    Map<String, float[]> after = values(duel);
    // A model without average whose own weights are the averages.
    GanModel averaged = model(0);
    averaged.generator().parameters().forEach(p -> p.load(after.get("ema." + p.name())));
    float[] expected = averaged.brush().draw(KEY, 3, null).toFloatArray();
    assertArrayEquals(expected, model.brush().draw(KEY, 3, null).toFloatArray(), 1e-6f);
    GanModel raw = model(0);
    raw.generator().parameters().forEach(p -> p.load(after.get(p.name())));
    assertTrue(
        furthest(expected, raw.brush().draw(KEY, 3, null).toFloatArray()) > 1e-4,
        "the raw weights draw something else");
    // After two steps three quarters of the way from the first value twice: between the two.
    String name = "generator.fc3.weight";
    assertTrue(
        furthest(after.get("ema." + name), before.get(name))
            < 0.5 * furthest(after.get(name), before.get(name)));
  }

  private static double furthest(float[] a, float[] b) {
    double furthest = 0;
    for (int i = 0; i < a.length; i++) {
      furthest = Math.max(furthest, Math.abs(a[i] - b[i]));
    }
    return furthest;
  }

  /// Batch norm's statistics are settled for the averages, so nothing is left of the raw weights.
  @Test
  void aConvolutionalAverageDrawsWithoutTheRawWeights() {
    GanModel model =
        GanModel.of(Init.of(2), new GanModel.Sizes(Arch.DCGAN, 8, 8, 2, 4, 0, Norm.NONE, 0.9));
    float[] drawn = model.brush().draw(KEY, 3, null).toFloatArray();
    model
        .generator()
        .parameters()
        .forEach(p -> {
          float[] other = p.value().toFloatArray();
          for (int i = 0; i < other.length; i++) {
            other[i] = 3 - 2 * other[i];
          }
          p.load(other);
        });
    assertArrayEquals(drawn, model.brush().draw(KEY, 3, null).toFloatArray());
  }
}
