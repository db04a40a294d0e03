package jacquard.nn.data;

import jacquard.nn.io.FormatException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.Raster;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// Decodes PNG and JPEG files to planes of bytes. What the file is, its first bytes say, not its
/// name.
///
/// Transparent pixels are blended with white. JPEG's orientation mark is not applied.
final class ImageDecoder {
  /// Planes `[channels][height * width]`.
  static final class Planes {
    final int height;
    final int width;
    final byte[][] planes;

    Planes(int height, int width, byte[][] planes) {
      this.height = height;
      this.width = width;
      this.planes = planes;
    }
  }

  private ImageDecoder() {}

  /// @param channels 1 for grey, 3 for red, green and blue
  /// @param maxPixels largest width times height; checked in the header, before anything is decoded
  /// @throws FormatException if the file isn't such an image, is damaged or too large
  static Planes decode(Path path, int channels, long maxPixels) throws FormatException {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(path));
        MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(file)) {
      ImageReader reader = reader(path, in);
      try {
        // No metadata: a PNG's compressed text and profiles could be bombs of their own.
        reader.setInput(in, true, true);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > maxPixels) {
          throw new FormatException(
              "image: %s: has %d x %d pixels, expected at most %d"
                  .formatted(path, width, height, maxPixels));
        }
        return planes(reader.read(0), channels);
      } finally {
        reader.dispose();
      }
    } catch (FormatException e) {
      throw e;
    } catch (IOException e) {
      if (!Files.isReadable(path)) {
        throw FormatException.unreadable("image", path, e);
      }
      throw damaged(path, e);
    } catch (RuntimeException e) {
      // The JDK's readers answer damaged data with index, argument and negative size errors too.
      throw damaged(path, e);
    }
  }

  private static FormatException damaged(Path path, Exception e) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new FormatException("image: " + path + ": can't be decoded: " + reason, e);
  }

  private static ImageReader reader(Path path, MemoryCacheImageInputStream in) throws IOException {
    byte[] start = new byte[3];
    in.mark();
    int count = in.read(start);
    in.reset();
    String format =
        count == 3 && (start[0] & 255) == 0x89 && start[1] == 'P' && start[2] == 'N'
            ? "png"
            : count == 3 && (start[0] & 255) == 0xFF && (start[1] & 255) == 0xD8 ? "jpeg" : "";
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    if (!readers.hasNext()) {
      throw new FormatException("image: " + path + ": is neither PNG nor JPEG");
    }
    return readers.next();
  }

  private static Planes planes(BufferedImage image, int channels) {
    int width = image.getWidth();
    int height = image.getHeight();
    byte[][] planes = new byte[channels][width * height];
    int[] line = new int[width];
    ColorModel colors = image.getColorModel();
    boolean grey = colors.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    for (int y = 0; y < height; y++) {
      if (grey) {
        greyLine(image.getRaster(), colors, y, line);
      } else {
        image.getRGB(0, y, width, 1, line, 0, width);
      }
      for (int x = 0; x < width; x++) {
        int alpha = line[x] >>> 24;
        int red = onWhite(line[x] >>> 16 & 255, alpha);
        int green = onWhite(line[x] >>> 8 & 255, alpha);
        int blue = onWhite(line[x] & 255, alpha);
        int at = y * width + x;
        if (channels == 1) {
          // Luma of Rec. 601 in 16-bit fixed point, exact for grey: the weights add up to 65536.
          planes[0][at] = (byte) ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
        } else {
          planes[0][at] = (byte) red;
          planes[1][at] = (byte) green;
          planes[2][at] = (byte) blue;
        }
      }
    }
    return new Planes(height, width, planes);
  }

  private static int onWhite(int value, int alpha) {
    return (value * alpha + 255 * (255 - alpha) + 127) / 255;
  }

  /// Samples as stored: `getRGB` would take them for linear light and brighten them.
  private static void greyLine(Raster raster, ColorModel colors, int y, int[] line) {
    int bits = colors.getComponentSize(0);
    for (int x = 0; x < line.length; x++) {
      int value = eightBits(raster.getSample(x, y, 0), bits);
      int alpha =
          colors.hasAlpha()
              ? eightBits(raster.getSample(x, y, 1), colors.getComponentSize(1))
              : 255;
      line[x] = alpha << 24 | value << 16 | value << 8 | value;
    }
  }

  private static int eightBits(int sample, int bits) {
    return bits == 8 ? sample : (int) ((sample * 255L + (1L << (bits - 1))) / ((1L << bits) - 1));
  }
}
