package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `train vae --beta X` weighs the divergence, in training only.
class BetaTest {
  private static final int IMAGES = 20;

  @TempDir Path temp;

  /// The first lines of a run's metrics: what was measured before any step, and step 1.
  private List<Json> metrics(Path digits, String likelihood, double beta) throws IOException {
    Path run = temp.resolve(likelihood + beta);
    Result result =
        Shell.jacquard(
            Shell.join(
                List.of("train vae --hidden 8 --latent 3 --steps 1 --batch".split(" ")),
                "" + IMAGES,
                "--likelihood",
                likelihood,
                "--beta",
                "" + beta,
                "--data",
                digits.toString(),
                "--out",
                run.toString()));
    assertEquals(0, result.exit(), result::toString);
    return TrainTest.metrics(run);
  }

  private static double number(Json line, String name) throws FormatException {
    return line.field(name).asDouble();
  }

  /// The images that are learned, all in one batch, are those that are measured, too: the
  /// divergence, which has no chance in it, is the same.
  @ParameterizedTest
  @ValueSource(strings = {"bernoulli", "gaussian"})
  void theLossIsTheReconstructionAndBetaTimesTheDivergence(String likelihood) throws IOException {
    Path digits = TinyData.mnist(temp.resolve("digits"), IMAGES, IMAGES);
    double reconstruction = number(metrics(digits, likelihood, 0).get(1), "loss");
    for (double beta : new double[] {0.5, 1, 400}) {
      List<Json> lines = metrics(digits, likelihood, beta);
      double divergence = number(lines.getFirst(), "divergence");
      assertTrue(divergence > 1e-3, lines::toString);
      assertEquals(
          reconstruction + beta * divergence, number(lines.get(1), "loss"), 1e-4, lines::toString);
      assertEquals(
          number(lines.getFirst(), "reconstruction") + divergence,
          number(lines.getFirst(), "val_loss"),
          1e-9,
          "measured without beta");
    }
  }
}
