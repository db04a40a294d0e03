package jacquard.examples.recipe.vae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.recipe.vae.VaeSizes.Arch;
import jacquard.examples.recipe.vae.VaeSizes.Likelihood;
import jacquard.examples.view.Tiles;
import jacquard.nn.Init;
import jacquard.nn.data.SplitMix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stands where in the pictures of a VAE, pixel by pixel, against single calls of the model.
class VaePicturesTest {
  private static final int HEIGHT = 4;
  private static final int WIDTH = 3;
  private static final int PIXELS = HEIGHT * WIDTH;

  @TempDir Path temp;

  /// With weights so large that every latent has a picture of its own.
  private static VaePictures pictures(int latent, int classes) {
    VaeSizes sizes =
        new VaeSizes(Arch.MLP, HEIGHT, WIDTH, 16, latent, classes, Likelihood.BERNOULLI);
    Vae model = Vae.of(Init.of(3), sizes);
    model
        .parameters()
        .forEach(parameter -> {
          float[] values = parameter.value().toFloatArray();
          for (int i = 0; i < values.length; i++) {
            values[i] *= 4;
          }
          parameter.load(values);
        });
    return new VaePictures(model);
  }

  private static float[] originals(int count) {
    SplitMix random = new SplitMix(6);
    float[] pixels = new float[count * PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextFloat();
    }
    return pixels;
  }

  private static float[] one(float[] pixels, int index, int each) {
    return Arrays.copyOfRange(pixels, index * each, (index + 1) * each);
  }

  private static float[] rebuilt(VaePictures pictures, float[] original, int label) {
    return pictures.picture(pictures.means(original, new int[] {label}), label);
  }

  private static void assertShows(float[] expected, int[] levels, String where) {
    for (int p = 0; p < PIXELS; p++) {
      assertEquals(255 * expected[p], levels[p], 1, where + ", pixel " + p);
    }
  }

  private static int apart(int[] a, int[] b) {
    int apart = 0;
    for (int p = 0; p < PIXELS; p++) {
      apart = Math.max(apart, Math.abs(a[p] - b[p]));
    }
    return apart;
  }

  @Test
  void reconstructionsStandBelowTheirOriginals() throws IOException {
    VaePictures pictures = pictures(5, 3);
    float[] originals = originals(20);
    int[] labels = new int[20];
    Arrays.setAll(labels, i -> i % 3);
    Path file = temp.resolve("rebuilt.png");
    pictures.writeRebuilt(file, originals, labels);
    Tiles tiles = Tiles.read(file, HEIGHT, WIDTH, 2, 2);
    assertEquals(10, tiles.columns());
    assertEquals(40, tiles.levels().length);
    for (int i = 0; i < 20; i++) {
      float[] original = one(originals, i, PIXELS);
      int above = i / 10 * 20 + i % 10;
      assertShows(original, tiles.levels()[above], "original " + i);
      float[] rebuilt = rebuilt(pictures, original, labels[i]);
      assertShows(rebuilt, tiles.levels()[above + 10], "below original " + i);
    }
    assertTrue(apart(tiles.levels()[10], tiles.levels()[11]) > 20, "pictures of their own");
  }

  @Test
  void theEndsOfAWayAreTheReconstructionsAndItsMiddleLiesBetween() throws IOException {
    VaePictures pictures = pictures(5, 0);
    float[] originals = originals(6);
    Path file = temp.resolve("between.png");
    pictures.writeBetween(file, originals, new int[6]);
    Tiles tiles = Tiles.read(file, HEIGHT, WIDTH, 2, 2);
    assertEquals(10, tiles.columns());
    assertEquals(30, tiles.levels().length);
    for (int pair = 0; pair < 3; pair++) {
      float[] first = one(originals, 2 * pair, PIXELS);
      float[] last = one(originals, 2 * pair + 1, PIXELS);
      int[][] row = Arrays.copyOfRange(tiles.levels(), 10 * pair, 10 * pair + 10);
      assertShows(rebuilt(pictures, first, 0), row[0], "first of way " + pair);
      assertShows(rebuilt(pictures, last, 0), row[9], "last of way " + pair);
      float[] from = pictures.means(first, new int[1]);
      float[] to = pictures.means(last, new int[1]);
      float[] third = new float[from.length];
      for (int k = 0; k < third.length; k++) {
        third[k] = from[k] + (to[k] - from[k]) / 3;
      }
      assertShows(pictures.picture(third, 0), row[3], "a third of way " + pair);
      assertTrue(apart(row[0], row[9]) > 20, "ends of their own");
    }
  }

  @Test
  void theManifoldIsThePlaneFromCornerToCorner() throws IOException {
    VaePictures pictures = pictures(2, 2);
    Path file = temp.resolve("manifold.png");
    pictures.writeManifold(file, 1);
    Tiles tiles = Tiles.read(file, HEIGHT, WIDTH, 1, 0);
    assertEquals(20, tiles.columns());
    assertEquals(400, tiles.levels().length);
    for (int row = 0; row < 20; row++) {
      for (int column = 0; column < 20; column++) {
        float[] latent = {-2.5f + 5 * column / 19f, 2.5f - 5 * row / 19f};
        assertShows(
            pictures.picture(latent, 1),
            tiles.levels()[20 * row + column],
            "row " + row + ", column " + column);
      }
    }
    assertTrue(apart(tiles.levels()[0], tiles.levels()[19]) > 20);
    assertTrue(apart(tiles.levels()[0], tiles.levels()[380]) > 20);
  }

  @Test
  void eachClassHasItsColumn() throws IOException {
    VaePictures pictures = pictures(4, 3);
    Path file = temp.resolve("drawn.png");
    pictures.writeDrawn(file, 8, 12, null);
    Tiles tiles = Tiles.read(file, HEIGHT, WIDTH, 2, 2);
    assertEquals(3, tiles.columns());
    Path only = temp.resolve("only.png");
    pictures.writeDrawn(only, 8, 12, 2);
    Tiles second = Tiles.read(only, HEIGHT, WIDTH, 2, 2);
    for (int i = 0; i < 12; i++) {
      // The same noise: where the class is the same, too, so is the picture.
      assertEquals(i % 3 == 2, apart(tiles.levels()[i], second.levels()[i]) <= 1, "picture " + i);
    }
  }
}
