package jacquard.nn.data;

/// Pictures whose values lie nearer to a reference, or farther from it.
final class Colours {
  interface Reference {
    float at(int channel, int pixel);
  }

  private Colours() {}

  /// `reference + factor * (value - reference)`, cut to 0 and 1.
  static Image mixed(Image image, Reference reference, float factor) {
    Image result = Image.of(image.channels(), image.height(), image.width());
    int plane = image.height() * image.width();
    for (int c = 0; c < image.channels(); c++) {
      for (int pixel = 0; pixel < plane; pixel++) {
        float middle = reference.at(c, pixel);
        float value = middle + factor * (image.values()[c * plane + pixel] - middle);
        result.values()[c * plane + pixel] = Math.min(Math.max(value, 0), 1);
      }
    }
    return result;
  }

  static float meanLuma(Image image) {
    int plane = image.height() * image.width();
    double sum = 0;
    for (int pixel = 0; pixel < plane; pixel++) {
      sum += image.luma(pixel);
    }
    return (float) (sum / plane);
  }
}
