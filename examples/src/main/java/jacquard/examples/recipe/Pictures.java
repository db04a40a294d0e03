package jacquard.examples.recipe;

import jacquard.nn.data.Batch;
import jacquard.nn.data.Dataset;
import jacquard.nn.data.SplitMix;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Grey pictures in memory, as networks of features take them.
///
/// @param pixels `[count, 1, height, width]`, black 0 and white 1
/// @param labels of the pictures, `[count]`
record Pictures(float[] pixels, int[] labels, int height, int width) {
  /// 2^64 by the golden ratio.
  private static final long ODD = 0x9E3779B97F4A7C15L;

  /// The first `count` of a dataset, or all if it has fewer.
  ///
  /// @param low what black is read as; white is 1
  static Pictures of(Dataset dataset, int count, double low, int height, int width) {
    int size = Math.min(count, dataset.size());
    return read(dataset, IntStream.range(0, size).toArray(), low, height, width);
  }

  /// `count` of a dataset drawn by lot, or all if it has fewer. Which they are, and in which order,
  /// depends on the seed and on the pictures, not on where they stand in the dataset.
  ///
  /// @param low what black is read as; white is 1
  static Pictures some(Dataset dataset, int count, long seed, double low, int height, int width) {
    long[] lots = new long[dataset.size()];
    Batch one = new Batch(0, 0, 1, 1, dataset.fields());
    for (int i = 0; i < lots.length; i++) {
      dataset.read(i, one, 0);
      lots[i] = lot(seed, one.floats("image"));
    }
    int[] drawn =
        IntStream.range(0, lots.length)
            .boxed()
            .sorted(Comparator.comparingLong(i -> lots[i]))
            .limit(count)
            .mapToInt(Integer::intValue)
            .toArray();
    return read(dataset, drawn, low, height, width);
  }

  private static long lot(long seed, float[] pixels) {
    long hash = 0;
    for (float pixel : pixels) {
      hash = (hash ^ Float.floatToIntBits(pixel)) * ODD;
      hash ^= hash >>> 29;
    }
    return SplitMix.of(seed, hash).nextLong();
  }

  private static Pictures read(Dataset dataset, int[] indices, double low, int height, int width) {
    int size = indices.length;
    Batch all = new Batch(0, 0, size, size, dataset.fields());
    for (int i = 0; i < size; i++) {
      dataset.read(indices[i], all, i);
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
