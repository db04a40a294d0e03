package jacquard.examples.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.io.FormatException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageGridTest {
  private static final int BACKGROUND = 0xff404040;

  @Test
  void everyPixelOfAGreyGridIsWhereItBelongs() {
    // Three pictures of 2 x 3: the values 0 .. 17.
    float[] pixels = new float[18];
    for (int i = 0; i < 18; i++) {
      pixels[i] = i;
    }
    ImageGrid grid =
        ImageGrid.of(2, 3).withRange(0, 255).withColumns(2).withScale(2).withPadding(1);
    BufferedImage image = grid.image(pixels, 3);
    assertEquals(2 * (3 * 2 + 1) + 1, image.getWidth());
    assertEquals(2 * (2 * 2 + 1) + 1, image.getHeight());
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int row = (y - 1) / 5;
        int column = (x - 1) / 7;
        int inY = (y - 1) % 5;
        int inX = (x - 1) % 7;
        int picture = row * 2 + column;
        boolean inside = x > 0 && y > 0 && inY < 4 && inX < 6 && picture < 3;
        int value = picture * 6 + inY / 2 * 3 + inX / 2;
        int expected = inside ? 0xff000000 | value * 0x010101 : BACKGROUND;
        assertEquals(expected, image.getRGB(x, y), x + ", " + y);
      }
    }
  }

  @Test
  void colourPicturesKeepTheirChannels() {
    BufferedImage image =
        ImageGrid.of(1, 2)
            .withChannels(3)
            .withRange(-1, 1)
            .withPadding(0)
            .image(new float[] {-1, 1, -1, 1, 0, -1}, 1);
    assertEquals(0xff00ff00, image.getRGB(0, 0));
    assertEquals(0xffff8000, image.getRGB(1, 0));
  }

  @Test
  void valuesOutsideTheRangeAreCutAndNanIsBlack() {
    BufferedImage image =
        ImageGrid.of(1, 5)
            .withPadding(0)
            .image(
                new float[] {-5, 7, Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY},
                1);
    assertEquals(0xff000000, image.getRGB(0, 0));
    assertEquals(0xffffffff, image.getRGB(1, 0));
    assertEquals(0xff000000, image.getRGB(2, 0));
    assertEquals(0xff000000, image.getRGB(3, 0));
    assertEquals(0xffffffff, image.getRGB(4, 0));
  }

  @Test
  void gridIsNearSquareUnlessTold() {
    assertEquals(4 * 3 + 2, ImageGrid.of(1, 1).image(new float[10], 10).getWidth());
    assertEquals(3 * 3 + 2, ImageGrid.of(1, 1).image(new float[10], 10).getHeight());
    assertEquals(3 + 2, ImageGrid.of(1, 1).withColumns(8).image(new float[1], 1).getWidth());
  }

  @Test
  void fileReadsBackAsTheSamePixels(@TempDir Path folder) throws IOException {
    ImageGrid grid = ImageGrid.of(1, 2);
    Path path = folder.resolve("grid.png");
    Files.writeString(path, "old");
    grid.write(path, new float[] {0.2f, 0.8f}, 1);
    BufferedImage read = ImageIO.read(path.toFile());
    assertNotNull(read);
    BufferedImage drawn = grid.image(new float[] {0.2f, 0.8f}, 1);
    assertEquals(drawn.getWidth(), read.getWidth());
    assertEquals(drawn.getHeight(), read.getHeight());
    for (int y = 0; y < read.getHeight(); y++) {
      for (int x = 0; x < read.getWidth(); x++) {
        assertEquals(drawn.getRGB(x, y), read.getRGB(x, y));
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(path), files.toList());
    }
  }

  @Test
  void missingFolderIsOneLineNamingTheFile(@TempDir Path folder) {
    Path path = folder.resolve("none").resolve("grid.png");
    FormatException error =
        assertThrows(FormatException.class, () -> ImageGrid.of(1, 1).write(path, new float[1], 1));
    assertTrue(error.toString().contains(": image grid: " + path), error.toString());
  }

  @Test
  void badSizesAreRefused() {
    assertEquals(
        "image grid: 5 values, expected 4 for 1 pictures of 2 x 2 with 1 channels",
        assertThrows(
                IllegalArgumentException.class, () -> ImageGrid.of(2, 2).image(new float[5], 1))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> ImageGrid.of(0, 2));
    assertThrows(IllegalArgumentException.class, () -> ImageGrid.of(2, 2).withChannels(2));
    assertThrows(IllegalArgumentException.class, () -> ImageGrid.of(2, 2).withRange(1, 1));
    assertThrows(IllegalArgumentException.class, () -> ImageGrid.of(2, 2).withScale(0));
    assertThrows(IllegalArgumentException.class, () -> ImageGrid.of(2, 2).withPadding(-1));
    assertThrows(IllegalArgumentException.class, () -> ImageGrid.of(2, 2).image(new float[0], 0));
  }
}
