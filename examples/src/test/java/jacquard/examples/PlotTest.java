package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.examples.recipe.LatentMap;
import jacquard.examples.recipe.RunFolder;
import jacquard.nn.data.ImageSet;
import jacquard.nn.data.Mnist;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `jacquard plot` draws, looked at pixel by pixel.
class PlotTest {
  /// Of the classes 0 to 8; the grey of 9 is that of letters, too.
  private static final int[] COLORS = {
    0x4e79a7, 0xf28e2b, 0xe15759, 0x76b7b2, 0x59a14f, 0xedc948, 0xb07aa1, 0xff9da7, 0x9c755f
  };

  private static final int CLASSES = COLORS.length;

  /// Where the legend begins, whose dots are no latents.
  private static final int LEGEND = 810;

  @TempDir Path temp;

  private Path plot(String name, String... arguments) {
    Path out = temp.resolve(name);
    Result result =
        Shell.jacquard(
            Shell.join(List.of("plot"), Shell.join(List.of(arguments), "--out", out.toString())));
    assertEquals(0, result.exit(), result::toString);
    assertEquals(List.of(out.toString()), result.out());
    return out;
  }

  private static int grey(BufferedImage picture, int x, int y) {
    int color = picture.getRGB(x, y) & 0xffffff;
    assertEquals(color & 255, color >> 16, "grey");
    return color & 255;
  }

  @Test
  void aContactSheetShowsEachImageAndWhatBecomesOfIt() throws IOException {
    Path idx = TinyData.mnist(temp.resolve("idx"), 20, 10, 6);
    Path sheet =
        plot("sheet.png", "augment", "--data", idx.toString(), "--augment", "centre-crop=4x4");
    BufferedImage picture = ImageIO.read(sheet.toFile());
    int cell = 2 * 4 + 2; // twice as large, two pixels apart
    assertEquals(10 * cell + 2, picture.getWidth());
    assertEquals(8 * cell + 2, picture.getHeight());
    ImageSet images = Mnist.train(idx);
    for (int row = 0; row < 8; row++) {
      byte[] pixels = images.pixels(row);
      for (int column = 0; column < 10; column++) {
        for (int y = 0; y < 4; y++) {
          for (int x = 0; x < 4; x++) {
            assertEquals(
                pixels[6 * (1 + y) + 1 + x] & 255,
                grey(picture, 2 + column * cell + 2 * x, 2 + row * cell + 2 * y),
                "row " + row + ", column " + column + ", " + y + ", " + x);
          }
        }
      }
    }
  }

  @Test
  void aSheetOfRandomThingsHasTheOriginalFirstAndDependsOnItsSeed() throws IOException {
    String data = TinyData.mnist(temp.resolve("idx"), 20, 10, 6).toString();
    String spec = "rotate=40,shift=1";
    Path one = plot("one.png", "augment", "--data", data, "--augment", spec);
    Path same = plot("same.png", "augment", "--data", data, "--augment", spec, "--seed", "1");
    Path other = plot("other.png", "augment", "--data", data, "--augment", spec, "--seed", "2");
    assertEquals(-1, Files.mismatch(one, same));
    assertNotEquals(-1, Files.mismatch(one, other));
    BufferedImage picture = ImageIO.read(one.toFile());
    byte[] first = Mnist.train(Path.of(data)).pixels(0);
    int different = 0;
    for (int y = 0; y < 6; y++) {
      for (int x = 0; x < 6; x++) {
        assertEquals(first[6 * y + x] & 255, grey(picture, 2 + 2 * x, 2 + 2 * y));
        different += grey(picture, 16 + 2 * x, 2 + 2 * y) == (first[6 * y + x] & 255) ? 0 : 1;
      }
    }
    assertTrue(different > 18, () -> "the second column is turned");
  }

  @Test
  void latentMeansAreDotsInTheColoursOfTheirClasses() throws IOException {
    Path idx = TinyData.mnist(temp.resolve("idx"), 64, 40, 6);
    for (String latent : List.of("2", "3")) {
      Path run = temp.resolve("vae" + latent);
      Result trained =
          Shell.jacquard(
              "train",
              "vae",
              "--data",
              idx.toString(),
              "--batch",
              "16",
              "--steps",
              "2",
              "--hidden",
              "8",
              "--latent",
              latent,
              "--out",
              run.toString());
      assertEquals(0, trained.exit(), trained::toString);
      BufferedImage chart =
          ImageIO.read(plot("latent" + latent + ".png", "latent", run.toString()).toFile());
      assertEquals(900, chart.getWidth());
      assertEquals(800, chart.getHeight());
      assertDotsLieWhereTheMapHasThem(chart, LatentMap.open(new RunFolder(run), null, 2000));
      assertEquals(0xffffff, chart.getRGB(1, 1) & 0xffffff);
    }
  }

  /// Pixels of a class' colour lie on average where the class' latents do, but for the axes.
  private static void assertDotsLieWhereTheMapHasThem(BufferedImage chart, LatentMap map) {
    double[][] found = new double[2][CLASSES];
    double[][] expected = new double[2][CLASSES];
    for (int k = 0; k < CLASSES; k++) {
      int color = COLORS[k];
      int seen = over(color >> 16) << 16 | over(color >> 8 & 255) << 8 | over(color & 255);
      int dots = 0;
      for (int y = 0; y < chart.getHeight(); y++) {
        for (int x = 0; x < LEGEND; x++) {
          if (near(chart.getRGB(x, y) & 0xffffff, seen)) {
            dots++;
            found[0][k] += x;
            found[1][k] -= y;
          }
        }
      }
      int label = k;
      int count = (int) Arrays.stream(map.labels()).filter(one -> one == label).count();
      assertTrue(count > 0 && dots > 2 * count, dots + " pixels of " + count + " in class " + k);
      for (int i = 0; i < map.labels().length; i++) {
        expected[0][k] += map.labels()[i] == k ? map.seen().x()[i] / count : 0;
        expected[1][k] += map.labels()[i] == k ? map.seen().y()[i] / count : 0;
      }
      found[0][k] /= dots;
      found[1][k] /= dots;
    }
    for (int axis = 0; axis < 2; axis++) {
      double alike = correlation(found[axis], expected[axis]);
      assertTrue(alike > 0.98, "axis " + axis + ": " + alike);
    }
  }

  private static double correlation(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElse(0);
    double meanB = Arrays.stream(b).average().orElse(0);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (a[i] - meanA) * (b[i] - meanB);
      aa += (a[i] - meanA) * (a[i] - meanA);
      bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return ab / Math.sqrt(aa * bb);
  }

  private static int over(int part) {
    return (part * 150 + 255 * 105) / 255;
  }

  private static boolean near(int color, int wanted) {
    for (int shift = 0; shift <= 16; shift += 8) {
      if (Math.abs((color >> shift & 255) - (wanted >> shift & 255)) > 3) {
        return false;
      }
    }
    return true;
  }

  @Test
  void aManifoldIsOfTheClassThatIsAskedFor() throws IOException {
    Path idx = TinyData.mnist(temp.resolve("idx"), 64, 40, 6);
    Path run = temp.resolve("run");
    String train = "train vae --conditional --latent 2 --hidden 8 --batch 16 --steps 2 --data";
    Result trained =
        Shell.jacquard(
            Shell.join(List.of(train.split(" ")), idx.toString(), "--out", run.toString()));
    assertEquals(0, trained.exit(), trained::toString);
    byte[] ofTraining = Files.readAllBytes(run.resolve("manifold.png"));
    Path zero = plot("zero.png", "manifold", run.toString(), "--class", "0");
    assertArrayEquals(ofTraining, Files.readAllBytes(zero), "a run keeps that of class 0");
    Result seven = Shell.jacquard("plot", "manifold", run.toString(), "--class", "7");
    assertEquals(List.of(run.resolve("manifold-7.png").toString()), seven.out());
    assertNotEquals(-1, Files.mismatch(zero, run.resolve("manifold-7.png")));
    Result none = Shell.jacquard("plot", "manifold", run.toString(), "--class", "10");
    assertEquals(List.of("jacquard plot manifold: --class is 10, expected 0 to 9"), none.err());
  }
}
