package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.examples.recipe.ClassifiedTiles;
import jacquard.nn.SharedData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `sample --class K` of a model that learned MNIST for a moment: a classifier that learned it for
/// a moment, too, calls most of the pictures K.
class ConditionalTest {
  @TempDir Path temp;

  private Path digits;

  private Path train(String command) {
    Path run = temp.resolve(command.split(" ")[0]);
    Result result =
        Shell.jacquard(
            Shell.join(
                List.of(("train " + command).split(" ")),
                "--data",
                digits.toString(),
                "--out",
                run.toString()));
    assertEquals(0, result.exit(), result::toString);
    return run;
  }

  /// Of 64 pictures of each class, at least so many are called by its name.
  private static void assertDrawn(int least, Path run, Path classifier, Path picture)
      throws IOException {
    for (int label = 0; label < 10; label++) {
      Result drawn =
          Shell.jacquard(
              "sample", run.toString(), "--class", "" + label, "--out", picture.toString());
      assertEquals(0, drawn.exit(), drawn::toString);
      int[] taken = ClassifiedTiles.of(picture, classifier);
      assertEquals(64, Arrays.stream(taken).sum());
      String told = Arrays.toString(taken) + " of 64 drawn as " + label;
      assertTrue(taken[label] >= least, told);
    }
  }

  @Test
  void aBarStandsInTheColumnThatIsAskedFor() throws IOException {
    digits = TinyData.mnist(temp.resolve("bars"), 600, 100, 10);
    Path classifier = train("classifier --steps 120 --batch 32 --features 16");
    Path vae = train("vae --conditional --steps 300 --batch 32 --hidden 32 --latent 4");
    assertDrawn(33, vae, classifier, temp.resolve("drawn.png"));
  }

  @Test
  @Tag("long")
  void mostDigitsAreThoseThatAreAskedFor() throws IOException {
    digits = TinyData.first(SharedData.path("mnist"), temp.resolve("digits"), 20_000, 500);
    Path classifier = train("classifier --steps 300 --batch 64");
    Path vae = train("vae --conditional --steps 1500 --batch 64");
    assertDrawn(45, vae, classifier, temp.resolve("drawn.png"));
  }
}
