package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.examples.recipe.ClassifiedTiles;
import jacquard.examples.view.Tiles;
import jacquard.nn.SharedData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /// The pictures of a class that `sample` draws.
  private Path drawn(Path run, int label) {
    Path picture = temp.resolve(label + ".png");
    Result drawn =
        Shell.jacquard(
            "sample", run.toString(), "--class", "" + label, "--out", picture.toString());
    assertEquals(0, drawn.exit(), drawn::toString);
    return picture;
  }

  /// Pictures of class K of these data have a bar in column K.
  @Test
  void aBarStandsInTheColumnThatIsAskedFor() throws IOException {
    digits = TinyData.mnist(temp.resolve("bars"), 600, 20, 10);
    Path vae = train("vae --conditional --steps 400 --batch 32 --hidden 32 --latent 4");
    for (int label = 0; label < 10; label++) {
      int[] brightest = new int[10];
      int[][] pictures = Tiles.read(drawn(vae, label), 10, 10, 2, 2).levels();
      for (int[] picture : pictures) {
        int[] columns = new int[10];
        for (int p = 0; p < picture.length; p++) {
          columns[p % 10] += picture[p];
        }
        brightest[
            IntStream.range(0, 10).reduce((a, b) -> columns[b] > columns[a] ? b : a).orElse(0)]++;
      }
      assertEquals(64, pictures.length);
      String told = "brightest column of 64 drawn as " + label + ": " + Arrays.toString(brightest);
      assertTrue(brightest[label] > 32, told);
    }
  }

  /// A GAN draws badly after so few steps, and its classes learn one after the other.
  @ParameterizedTest
  @Tag("long")
  @CsvSource({
    "vae --conditional --steps 1500 --batch 64, 33",
    "gan --arch dcgan --conditional --steps 1500, 20",
  })
  void mostDigitsAreWhatAClassifierTakesThemFor(String recipe, int least) throws IOException {
    digits = TinyData.first(SharedData.path("mnist"), temp.resolve("digits"), 20_000, 500);
    Path classifier = train("classifier --steps 300 --batch 64");
    Path run = train(recipe);
    for (int label = 0; label < 10; label++) {
      int[] taken = ClassifiedTiles.of(drawn(run, label), classifier);
      assertEquals(64, Arrays.stream(taken).sum());
      String told = "64 drawn as " + label + " are taken for " + Arrays.toString(taken);
      System.out.println(told);
      int most = Arrays.stream(taken).max().orElse(0);
      assertTrue(taken[label] >= least && taken[label] == most, told);
    }
  }
}
