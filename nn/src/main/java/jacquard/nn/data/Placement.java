package jacquard.nn.data;

/// Pictures whose pixels come from other places.
final class Placement {
  private Placement() {}

  /// The window whose first row and column are `top` and `left`, which may lie outside.
  static Image moved(Image image, int height, int width, int top, int left) {
    Image result = Image.of(image.channels(), height, width);
    for (int c = 0; c < image.channels(); c++) {
      for (int y = Math.max(0, -top); y < Math.min(height, image.height() - top); y++) {
        int from = Math.max(0, -left);
        int count = Math.min(width, image.width() - left) - from;
        if (count > 0) {
          System.arraycopy(
              image.values(),
              image.plane(c) + (y + top) * image.width() + left + from,
              result.values(),
              result.plane(c) + y * width + from,
              count);
        }
      }
    }
    return result;
  }

  static Image flipped(Image image) {
    Image result = Image.of(image.channels(), image.height(), image.width());
    int width = image.width();
    for (int at = 0; at < image.values().length; at += width) {
      for (int x = 0; x < width; x++) {
        result.values()[at + x] = image.values()[at + width - 1 - x];
      }
    }
    return result;
  }

  /// Counter-clockwise; the middle stays.
  static Image rotated(Image image, double degrees) {
    double sin = StrictMath.sin(StrictMath.toRadians(degrees));
    double cos = StrictMath.cos(StrictMath.toRadians(degrees));
    double middleY = (image.height() - 1) / 2.0;
    double middleX = (image.width() - 1) / 2.0;
    Image result = Image.of(image.channels(), image.height(), image.width());
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        double fromY = middleY + cos * (y - middleY) + sin * (x - middleX);
        double fromX = middleX - sin * (y - middleY) + cos * (x - middleX);
        for (int c = 0; c < image.channels(); c++) {
          result.values()[result.plane(c) + y * image.width() + x] = at(image, c, fromY, fromX);
        }
      }
    }
    return result;
  }

  /// Between pixels, bilinear.
  private static float at(Image image, int channel, double y, double x) {
    int top = (int) Math.floor(y);
    int left = (int) Math.floor(x);
    float down = (float) (y - top);
    float right = (float) (x - left);
    float above =
        (1 - right) * pixel(image, channel, top, left)
            + right * pixel(image, channel, top, left + 1);
    float below =
        (1 - right) * pixel(image, channel, top + 1, left)
            + right * pixel(image, channel, top + 1, left + 1);
    return (1 - down) * above + down * below;
  }

  private static float pixel(Image image, int channel, int y, int x) {
    return y < 0 || y >= image.height() || x < 0 || x >= image.width()
        ? 0
        : image.values()[image.plane(channel) + y * image.width() + x];
  }
}
