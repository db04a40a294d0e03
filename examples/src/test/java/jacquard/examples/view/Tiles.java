package jacquard.examples.view;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/// The grey pictures in a file that [ImageGrid] wrote, cut out again.
///
/// @param levels of each picture, `[rows * columns][height * width]`, 0 to 255
/// @param columns pictures in a row
public record Tiles(int[][] levels, int columns) {

  /// @param scale side of the square that a value became
  /// @param padding pixels between the pictures
  public static Tiles read(Path file, int height, int width, int scale, int padding)
      throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    int columns = (image.getWidth() - padding) / (width * scale + padding);
    int rows = (image.getHeight() - padding) / (height * scale + padding);
    int[][] levels = new int[rows * columns][height * width];
    for (int i = 0; i < levels.length; i++) {
      int left = padding + i % columns * (width * scale + padding);
      int top = padding + i / columns * (height * scale + padding);
      for (int p = 0; p < height * width; p++) {
        levels[i][p] = image.getRGB(left + p % width * scale, top + p / width * scale) & 0xff;
      }
    }
    return new Tiles(levels, columns);
  }
}
