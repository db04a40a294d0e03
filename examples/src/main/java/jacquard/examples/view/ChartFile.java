package jacquard.examples.view;

import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;

/// Charts as PNG files.
public final class ChartFile {
  private ChartFile() {}

  /// Writes a chart, whole or not at all.
  ///
  /// @param what the chart's name, for the error text
  /// @param path of the file
  /// @param chart what to draw
  /// @throws FormatException if the file can't be written, or the machine has no fonts to letter it
  public static void write(String what, Path path, XYChart chart) throws FormatException {
    BufferedImage image = image(what, path, chart);
    AtomicFile.write(
        what,
        path,
        channel -> {
          try (var out = new MemoryCacheImageOutputStream(Channels.newOutputStream(channel))) {
            if (!ImageIO.write(image, "png", out)) {
              throw new IOException("this JDK has no PNG writer");
            }
          }
        });
  }

  private static BufferedImage image(String what, Path path, XYChart chart) throws FormatException {
    try {
      return BitmapEncoder.getBufferedImage(chart);
    } catch (LinkageError | InternalError | RuntimeException e) {
      if (aboutFonts(e)) {
        throw new FormatException(
            what
                + ": "
                + path
                + ": no fonts on this machine ("
                + e.getMessage()
                + "): install fontconfig and a font, such as fonts-dejavu-core",
            e);
      }
      throw e;
    }
  }

  // What AWT throws where fontconfig, libfreetype or every font is missing: the first time the
  // cause, from then on that the font manager's class can't be used.
  private static boolean aboutFonts(Throwable error) {
    for (@Nullable Throwable e = error; e != null; e = e.getCause()) {
      String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      if (e instanceof LinkageError
          || text.contains("fontconfig")
          || text.contains("font manager")) {
        return true;
      }
    }
    return false;
  }
}
