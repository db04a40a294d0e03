package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.data.ImageSet;
import jacquard.nn.data.Mnist;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `jacquard plot` draws, looked at pixel by pixel.
class PlotTest {
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
      Map<Integer, Integer> colors = new HashMap<>();
      for (int y = 0; y < 800; y++) {
        for (int x = 0; x < 900; x++) {
          colors.merge(chart.getRGB(x, y) & 0xffffff, 1, Integer::sum);
        }
      }
      // The first class' blue, 150 of 255 opaque on white, in the plot and in the legend.
      int blue = over(0x4e) << 16 | over(0x79) << 8 | over(0xa7);
      assertTrue(
          colors.keySet().stream().filter(color -> near(color, blue)).mapToInt(colors::get).sum()
              > 20,
          () -> "no blue dots among " + colors);
      assertEquals(0xffffff, chart.getRGB(1, 1) & 0xffffff);
    }
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
}
