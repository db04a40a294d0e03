package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The workloads that are timed compute what the peers compute: the first losses against PyTorch's,
/// from the same initial values, inputs and noise.
class WorkloadNumericsTest {
  /// Adam divides by the root of a mean square that is near 0 at first, and a GAN trains two
  /// networks against each other: both make more of rounding from step to step. Limits are three to
  /// four times what was measured, for the first five steps and for all.
  @ParameterizedTest
  @CsvSource({
    "W1-gpt-small, 1e-6, 4e-6",
    "W3-vae, 3e-6, 1e-5",
    "W4-conv-vae, 5e-6, 5e-6",
    "W5-dcgan-freezeD, 1.5e-4, 2e-3",
    "W6-mlp-gan, 1e-6, 5e-4"
  })
  void lossesAreThoseOfThePeer(String name, double first, double all)
      throws IOException, FormatException {
    check(name, 20, first, all);
  }

  @Test
  @Tag("long")
  void lossesOfALargerGptAreThoseOfThePeer() throws IOException, FormatException {
    check("W2-gpt-medium", 3, 1e-6, 1e-6);
  }

  private static void check(String name, int steps, double first, double all)
      throws IOException, FormatException {
    List<Json> peer = peerLosses().field(name).field("losses").items();
    Trainer trainer = Trainer.of(WorkloadsCommand.workload(name), true, true);
    double worst = 0;
    for (int s = 0; s < steps; s++) {
      double[] losses = trainer.step(s);
      List<Json> expected = peer.get(s).items();
      assertEquals(expected.size(), losses.length, name + " step " + s);
      for (int i = 0; i < losses.length; i++) {
        double exact = expected.get(i).asDouble();
        worst = Math.max(worst, Math.abs(losses[i] - exact) / Math.abs(exact));
      }
      assertTrue(worst <= (s < 5 ? first : all), name + " step " + s + " is " + worst + " away");
    }
  }

  private static Json peerLosses() throws IOException, FormatException {
    String name = "/peers/losses.json";
    try (InputStream in = WorkloadNumericsTest.class.getResourceAsStream(name)) {
      byte[] text = Objects.requireNonNull(in, name).readAllBytes();
      return Json.parse(new String(text, StandardCharsets.UTF_8), name);
    }
  }
}
