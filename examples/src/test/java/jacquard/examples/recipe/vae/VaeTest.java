package jacquard.examples.recipe.vae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.recipe.vae.VaeSizes.Arch;
import jacquard.examples.recipe.vae.VaeSizes.Likelihood;
import jacquard.nn.Init;
import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.nn.data.SplitMix;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The two parts of the bound by their formulas.
class VaeTest {
  private static final int ROWS = 3;
  private static final int PIXELS = 6;
  private static final int LATENT = 4;

  private static Vae model(Likelihood likelihood) {
    return Vae.of(Init.of(2), new VaeSizes(Arch.MLP, 2, 3, 8, LATENT, 0, likelihood));
  }

  private static float[] pixels() {
    SplitMix random = new SplitMix(9);
    float[] pixels = new float[ROWS * PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextFloat();
    }
    return pixels;
  }

  private static Tensor pictures() {
    return Tensor.of(pixels(), ROWS, 1, 2, 3);
  }

  private static void fill(Parameter parameter, float value) {
    float[] values = new float[(int) parameter.shape().size()];
    Arrays.fill(values, value);
    parameter.load(values);
  }

  @ParameterizedTest
  @EnumSource(Likelihood.class)
  void theDivergenceIsThatOfTwoNormalDistributions(Likelihood likelihood) {
    Vae model = model(likelihood);
    fill(Objects.requireNonNull(model.logVariance().bias()), 0.4f);
    Vae.Code code = model.encode(pictures(), null, Pass.evaluation());
    float[] mean = code.mean().toFloatArray();
    float[] log = code.logVariance().toFloatArray();
    float[] divergence =
        model.elbo(pictures(), null, Pass.evaluation(Key.of(1))).divergence().toFloatArray();
    for (int row = 0; row < ROWS; row++) {
      double expected = 0;
      for (int i = row * LATENT; i < (row + 1) * LATENT; i++) {
        expected += 0.5 * (Math.exp(log[i]) + mean[i] * mean[i] - 1 - log[i]);
      }
      assertEquals(expected, divergence[row], 1e-5);
      assertTrue(expected > 0.1);
    }
  }

  /// With a variance of next to nothing the latent is its mean, so what the decoder is given is
  /// known.
  @ParameterizedTest
  @EnumSource(Likelihood.class)
  void theReconstructionIsTheNegativeLogarithmOfTheLikelihood(Likelihood likelihood) {
    Vae model = model(likelihood);
    fill(model.logVariance().weight(), 0);
    fill(Objects.requireNonNull(model.logVariance().bias()), -60);
    double deviation = 0.3;
    if (model.logDeviation() != null) {
      fill(model.logDeviation(), (float) Math.log(deviation));
    }
    Pass pass = Pass.evaluation();
    Tensor latent = model.encode(pictures(), null, pass).mean();
    float[] drawn = model.picture(latent, null, pass).toFloatArray();
    float[] missed =
        model.elbo(pictures(), null, Pass.evaluation(Key.of(1))).reconstruction().toFloatArray();
    float[] pixels = pixels();
    for (int row = 0; row < ROWS; row++) {
      double likely = 0;
      for (int i = row * PIXELS; i < (row + 1) * PIXELS; i++) {
        double off = (pixels[i] - drawn[i]) / deviation;
        likely +=
            switch (likelihood) {
              case BERNOULLI ->
                  pixels[i] * Math.log(drawn[i]) + (1 - pixels[i]) * Math.log(1 - drawn[i]);
              case GAUSSIAN ->
                  Math.log(Math.exp(-off * off / 2) / (deviation * Math.sqrt(2 * Math.PI)));
            };
      }
      assertEquals(-likely, missed[row], 1e-4);
    }
  }
}
