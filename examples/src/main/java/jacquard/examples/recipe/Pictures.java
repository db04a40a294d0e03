package jacquard.examples.recipe;

import jacquard.nn.data.Batch;
import jacquard.nn.data.Dataset;
import java.util.Arrays;

/// Grey pictures in memory, as networks of features take them.
///
/// @param pixels `[count, 1, height, width]`, black 0 and white 1
/// @param labels of the pictures, `[count]`
record Pictures(float[] pixels, int[] labels, int height, int width) {

  /// The first `count` of a dataset, or all if it has fewer.
  ///
  /// @param low what black is read as; white is 1
  static Pictures of(Dataset dataset, int count, double low, int height, int width) {
    int size = Math.min(count, dataset.size());
    Batch all = new Batch(0, 0, size, size, dataset.fields());
    for (int i = 0; i < size; i++) {
      dataset.read(i, all, i);
    }
    float[] pixels = all.floats("image");
    if (low != 0) {
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) ((pixels[i] - low) / (1 - low));
      }
    }
    return new Pictures(pixels, all.ints("label"), height, width);
  }

  int count() {
    return labels.length;
  }

  /// Whether no pixel is NaN or infinite.
  boolean isFinite() {
    for (float pixel : pixels) {
      if (!Float.isFinite(pixel)) {
        return false;
      }
    }
    return true;
  }

  /// Pictures `from` to `to` (exclusive).
  Pictures slice(int from, int to) {
    int each = height * width;
    return new Pictures(
        Arrays.copyOfRange(pixels, from * each, to * each),
        Arrays.copyOfRange(labels, from, to),
        height,
        width);
  }
}
