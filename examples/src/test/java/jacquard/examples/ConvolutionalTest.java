package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Networks of convolutions, on pictures of 8 x 8 pixels: a few steps, resumed, sampled, measured.
class ConvolutionalTest {
  @TempDir static Path temp;
  private static Path idx;
  private static Path classifier;

  @BeforeAll
  static void train() throws IOException {
    idx = TinyData.mnist(temp.resolve("idx"), 100, 40, 8);
    classifier = temp.resolve("classifier");
    run("train classifier --features 8 --steps 3", classifier);
  }

  private static Result run(String command, Path out) {
    Result result =
        Shell.jacquard(
            Shell.join(
                List.of(command.split(" ")),
                "--data",
                idx.toString(),
                "--batch",
                "8",
                "--out",
                out.toString()));
    assertEquals(0, result.exit(), result::toString);
    return result;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gan --arch dcgan --channels 4 --latent 4",
        "gan --arch dcgan --channels 4 --latent 4 --conditional --spectral-norm --loss hinge",
        "gan --arch dcgan --channels 4 --latent 4 --batch-norm",
        "gan --arch dcgan --channels 4 --latent 4 --loss wgan-gp --ema 0.5",
        "vae --arch conv --hidden 8 --latent 2",
      })
  void trainsGoesOnAndIsMeasured(String recipe) throws IOException {
    Path straight = temp.resolve("straight" + recipe.hashCode());
    run("train " + recipe + " --steps 3 --checkpoint-every 1 --keep 9", straight);
    Path resumed = ResumeTest.copy(straight, temp.resolve("resumed" + recipe.hashCode()));
    Result on = Shell.jacquard("resume", resumed.toString(), "--from", "step-000001");
    assertEquals(0, on.exit(), on::toString);
    RunFiles.assertSame(straight, resumed);

    Path picture = temp.resolve("picture.png");
    Result drawn =
        Shell.jacquard("sample", straight.toString(), "--count", "6", "--out", picture.toString());
    assertEquals(0, drawn.exit(), drawn::toString);
    assertTrue(ImageIO.read(picture.toFile()).getWidth() >= 3 * 2 * 8);

    Result measured =
        Shell.jacquard(
            "eval", straight.toString(), "--count", "20", "--features", classifier.toString());
    assertEquals(0, measured.exit(), measured::toString);
    Json json = Json.read(straight.resolve("eval-20.json"));
    assertEquals(20, json.field("count").asInt());
    assertTrue(json.field("fid").asDouble() > json.field("fid_floor").asDouble(), json::pretty);
  }

  @Test
  void linearLayersWithClassesAreToldOfConvolutionsOnce() throws IOException {
    Path out = temp.resolve("told");
    Result begun = run("train gan --conditional --latent 4 --steps 1", out);
    assertEquals(1, begun.out().stream().filter(l -> l.contains("--arch dcgan")).count());
    Result on = Shell.jacquard("resume", out.toString(), "--steps", "2");
    assertEquals(0, on.exit(), on::toString);
    assertTrue(on.out().stream().noneMatch(l -> l.contains("--arch dcgan")), on::toString);
  }

  @Test
  void convolutionsAndLinearLayersAreOtherNetworks() throws IOException {
    for (String recipe : List.of("gan --arch dcgan --channels 4", "gan --arch mlp")) {
      Path out = temp.resolve(recipe.replace(' ', '_'));
      run("train " + recipe + " --latent 4 --steps 1", out);
      String arch = Json.read(out.resolve("config.json")).field("model").field("arch").asText();
      assertEquals(recipe.contains("dcgan") ? "dcgan" : "mlp", arch);
      String header =
          Files.readString(
              out.resolve("model.safetensors"), java.nio.charset.StandardCharsets.ISO_8859_1);
      assertEquals(arch.equals("dcgan"), header.contains("\"generator.up1.weight\""));
    }
  }
}
