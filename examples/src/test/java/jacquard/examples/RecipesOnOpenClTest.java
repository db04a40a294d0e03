package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.io.Json;
import jacquard.tensor.spi.BackendProvider;
import jacquard.tensor.spi.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The recipes lose on an OpenCL device what they lose on the processor.
class RecipesOnOpenClTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vae loss --hidden 8 --latent 2 --batch 8 --lr 0.01",
        "gan d_loss --latent 3 --batch 8",
        "gpt loss --layers 1 --heads 2 --dim 16 --context 8 --batch 4 --lr 0.01",
      })
  void lossesAreThoseOfTheProcessor(String line) throws IOException {
    compare(line);
  }

  private void compare(String line) throws IOException {
    BackendProvider opencl =
        Backends.providers().stream()
            .filter(p -> p.kind().equals("opencl"))
            .findFirst()
            .orElseThrow();
    if (opencl.devices().isEmpty()) {
      System.err.println("SKIPPED: no OpenCL device: " + opencl.trouble());
    }
    assumeTrue(!opencl.devices().isEmpty(), opencl.trouble());
    List<String> words = new ArrayList<>(List.of(line.split(" ")));
    String recipe = words.removeFirst();
    String quantity = words.removeFirst();
    List<Double> expected = losses("cpu", recipe, quantity, words);
    List<Double> losses = losses("opencl", recipe, quantity, words);
    assertEquals(6, expected.size());
    for (int s = 0; s < expected.size(); s++) {
      double loss = expected.get(s);
      assertEquals(loss, losses.get(s), 1e-4 * Math.max(1, Math.abs(loss)), "step " + s);
    }
  }

  private List<Double> losses(String device, String recipe, String quantity, List<String> words)
      throws IOException {
    Path run = temp.resolve(device);
    Path data =
        recipe.equals("gpt")
            ? TinyData.text(temp.resolve("text"), 600)
            : TinyData.mnist(temp.resolve("idx"), 64, 10);
    List<String> all = new ArrayList<>(List.of("train", recipe, "--device", device));
    all.addAll(List.of("--steps", "6", "--data", data.toString(), "--out", run.toString()));
    all.addAll(words);
    Result result = Shell.jacquard(all.toArray(String[]::new));
    assertEquals(0, result.exit(), result::toString);
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      Json metrics = Json.parse(line, "metrics");
      if (metrics.optional(quantity) != null) {
        losses.add(metrics.field(quantity).asDouble());
      }
    }
    assertTrue(losses.stream().allMatch(Double::isFinite), losses::toString);
    return losses;
  }
}
