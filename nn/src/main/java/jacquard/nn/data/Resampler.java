package jacquard.nn.data;

/// Resizes one plane of bytes with a triangle filter, widened when it shrinks so that every source
/// pixel counts: no aliasing. Spelled out, because a graphics library's scaling differs by
/// platform.
final class Resampler {
  private Resampler() {}

  /// The target pixels of one axis as weighted runs of source pixels.
  private static final class Axis {
    final int[] first;
    final float[][] weights;

    private Axis(int[] first, float[][] weights) {
      this.first = first;
      this.weights = weights;
    }

    /// Target pixel `i` covers the source from `from + i * scale` to `from + (i + 1) * scale`.
    static Axis of(int source, int target, double from, double scale) {
      int[] first = new int[target];
      float[][] weights = new float[target][];
      double support = Math.max(scale, 1);
      for (int i = 0; i < target; i++) {
        double center = from + (i + 0.5) * scale;
        int begin = Math.max((int) Math.floor(center - support + 0.5), 0);
        int end = Math.min((int) Math.floor(center + support + 0.5), source);
        float[] w = new float[Math.max(end - begin, 1)];
        double sum = 0;
        for (int j = begin; j < end; j++) {
          double weight = Math.max(0, 1 - Math.abs((j + 0.5 - center) / support));
          w[j - begin] = (float) weight;
          sum += weight;
        }
        if (sum == 0) {
          begin = Math.clamp((long) Math.floor(center), 0, source - 1);
          w = new float[] {1};
          sum = 1;
        }
        for (int j = 0; j < w.length; j++) {
          w[j] /= (float) sum;
        }
        first[i] = begin;
        weights[i] = w;
      }
      return new Axis(first, weights);
    }
  }

  /// The largest centred part of `source` with the target's proportions, resized to it.
  ///
  /// @param source `[height, width]`
  /// @param to where the target `[targetHeight, targetWidth]` begins in `target`
  static void fill(
      byte[] source,
      int height,
      int width,
      byte[] target,
      int to,
      int targetHeight,
      int targetWidth) {
    double scale = Math.min((double) height / targetHeight, (double) width / targetWidth);
    Axis rows = Axis.of(height, targetHeight, (height - scale * targetHeight) / 2, scale);
    Axis columns = Axis.of(width, targetWidth, (width - scale * targetWidth) / 2, scale);
    float[] line = new float[width];
    for (int y = 0; y < targetHeight; y++) {
      java.util.Arrays.fill(line, 0);
      float[] down = rows.weights[y];
      for (int j = 0; j < down.length; j++) {
        int at = (rows.first[y] + j) * width;
        for (int x = 0; x < width; x++) {
          line[x] += down[j] * (source[at + x] & 255);
        }
      }
      for (int x = 0; x < targetWidth; x++) {
        float[] across = columns.weights[x];
        float sum = 0;
        for (int j = 0; j < across.length; j++) {
          sum += across[j] * line[columns.first[x] + j];
        }
        target[to + y * targetWidth + x] = (byte) Math.clamp((long) (sum + 0.5f), 0, 255);
      }
    }
  }
}
