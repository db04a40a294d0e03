package jacquard.examples.view;

import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/// How pictures of one size are tiled into a PNG, row by row: `ImageGrid.of(28,
/// 28).withScale(2).write(path, pixels, 100)`.
///
/// @param height of a picture, in values
/// @param width of a picture, in values
/// @param channels 1 for grey, 3 for red, green and blue side by side
/// @param low the value that is black; what lies below is cut, NaN is black
/// @param high the value that is white; what lies above is cut
/// @param columns pictures in a row; 0 for as many as make the grid near-square
/// @param scale side of the square of pixels that a value becomes
/// @param padding pixels of background between and around the pictures
public record ImageGrid(
    int height,
    int width,
    int channels,
    float low,
    float high,
    int columns,
    int scale,
    int padding) {

  /// Background, darker than most ink's middle and lighter than black: shows each picture's edge.
  private static final int BACKGROUND = 0x404040;

  /// Checks the numbers.
  ///
  /// @throws IllegalArgumentException if a size is not positive or the range is empty
  public ImageGrid {
    atLeast("height", height, 1);
    atLeast("width", width, 1);
    atLeast("columns", columns, 0);
    atLeast("scale", scale, 1);
    atLeast("padding", padding, 0);
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException(
          "image grid: " + channels + " channels, expected 1 (grey) or 3 (red, green, blue)");
    }
    if (!(high > low)) {
      throw new IllegalArgumentException(
          "image grid: range " + low + " .. " + high + ", expected the second above the first");
    }
  }

  /// Grey pictures with values from 0 (black) to 1 (white), one pixel for each, two pixels apart.
  ///
  /// @param height of a picture, in values
  /// @param width of a picture, in values
  /// @return a grid that others are made of
  public static ImageGrid of(int height, int width) {
    return new ImageGrid(height, width, 1, 0, 1, 0, 1, 2);
  }

  /// Pictures of other channels.
  ///
  /// @param value 1 or 3
  /// @return the changed grid
  public ImageGrid withChannels(int value) {
    return new ImageGrid(height, width, value, low, high, columns, scale, padding);
  }

  /// Values of another range.
  ///
  /// @param black value that is black
  /// @param white value that is white
  /// @return the changed grid
  public ImageGrid withRange(float black, float white) {
    return new ImageGrid(height, width, channels, black, white, columns, scale, padding);
  }

  /// Rows of another length.
  ///
  /// @param value pictures in a row; 0 for as many as make the grid near-square
  /// @return the changed grid
  public ImageGrid withColumns(int value) {
    return new ImageGrid(height, width, channels, low, high, value, scale, padding);
  }

  /// Larger pixels.
  ///
  /// @param value side of the square of pixels that a value becomes
  /// @return the changed grid
  public ImageGrid withScale(int value) {
    return new ImageGrid(height, width, channels, low, high, columns, value, padding);
  }

  /// Pictures further apart.
  ///
  /// @param value pixels between and around the pictures
  /// @return the changed grid
  public ImageGrid withPadding(int value) {
    return new ImageGrid(height, width, channels, low, high, columns, scale, value);
  }

  /// Writes the grid, whole or not at all.
  ///
  /// @param path of the file
  /// @param pixels `[count, height, width]`, with 3 channels `[count, height, width, 3]`
  /// @param count number of pictures
  /// @throws IllegalArgumentException if `pixels` has another number of elements
  /// @throws FormatException if the file can't be written
  public void write(Path path, float[] pixels, int count) throws FormatException {
    BufferedImage image = image(pixels, count);
    AtomicFile.write(
        "image grid",
        path,
        channel -> {
          // Not ImageIO's own stream: it would put a cache file into the temporary folder.
          try (var out = new MemoryCacheImageOutputStream(Channels.newOutputStream(channel))) {
            if (!ImageIO.write(image, "png", out)) {
              throw new IOException("this JDK has no PNG writer");
            }
          }
        });
  }

  /// {@return the grid as a picture in memory, RGB}
  ///
  /// @param pixels `[count, height, width]`, with 3 channels `[count, height, width, 3]`
  /// @param count number of pictures
  /// @throws IllegalArgumentException if `pixels` has another number of elements than `count`
  ///   pictures
  public BufferedImage image(float[] pixels, int count) {
    atLeast("count", count, 1);
    long expected = (long) count * height * width * channels;
    if (pixels.length != expected) {
      throw new IllegalArgumentException(
          "image grid: %d values, expected %d for %d pictures of %d x %d with %d channels"
              .formatted(pixels.length, expected, count, height, width, channels));
    }
    int across = columns == 0 ? (int) Math.ceil(Math.sqrt(count)) : Math.min(columns, count);
    int down = (count + across - 1) / across;
    int cellHeight = height * scale + padding;
    int cellWidth = width * scale + padding;
    BufferedImage image =
        new BufferedImage(
            Math.addExact(Math.multiplyExact(across, cellWidth), padding),
            Math.addExact(Math.multiplyExact(down, cellHeight), padding),
            BufferedImage.TYPE_INT_RGB);
    int[] row = new int[image.getWidth()];
    Arrays.fill(row, BACKGROUND);
    for (int y = 0; y < image.getHeight(); y++) {
      image.setRGB(0, y, row.length, 1, row, 0, row.length);
    }
    int[] tile = new int[width * scale];
    for (int i = 0; i < count; i++) {
      int left = padding + i % across * cellWidth;
      int top = padding + i / across * cellHeight;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int color = color(pixels, ((i * height + y) * width + x) * channels);
          Arrays.fill(tile, x * scale, (x + 1) * scale, color);
        }
        for (int repeat = 0; repeat < scale; repeat++) {
          image.setRGB(left, top + y * scale + repeat, tile.length, 1, tile, 0, tile.length);
        }
      }
    }
    return image;
  }

  private int color(float[] pixels, int first) {
    int red = level(pixels[first]);
    return channels == 1
        ? red * 0x010101
        : red << 16 | level(pixels[first + 1]) << 8 | level(pixels[first + 2]);
  }

  // 0 for NaN: a comparison with it is false, and the cast of NaN is 0.
  private int level(float value) {
    float part = (value - low) / (high - low);
    return (int) (Math.min(Math.max(part, 0), 1) * 255 + 0.5f);
  }

  private static void atLeast(String what, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "image grid: " + what + " is " + value + ", expected at least " + least);
    }
  }
}
