package jacquard.nn.data;

/// Resizes planes of pixels with a triangle filter, widened when it shrinks so that every source
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
    new Plane(width)
        .resample(
            (line, at, weight) -> {
              for (int x = 0; x < width; x++) {
                line[x] += weight * (source[at + x] & 255);
              }
            },
            rows,
            columns,
            (at, value) -> target[to + at] = (byte) Math.clamp((long) (value + 0.5f), 0, 255));
  }

  /// A window of a picture, which may begin and end between pixels, resized.
  static Image resized(
      Image image,
      double top,
      double left,
      double height,
      double width,
      int targetHeight,
      int targetWidth) {
    Axis rows = Axis.of(image.height(), targetHeight, top, height / targetHeight);
    Axis columns = Axis.of(image.width(), targetWidth, left, width / targetWidth);
    Image result = Image.of(image.channels(), targetHeight, targetWidth);
    for (int c = 0; c < image.channels(); c++) {
      int from = image.plane(c);
      int to = result.plane(c);
      new Plane(image.width())
          .resample(
              (line, at, weight) -> {
                for (int x = 0; x < line.length; x++) {
                  line[x] += weight * image.values()[from + at + x];
                }
              },
              rows,
              columns,
              (at, value) -> result.values()[to + at] = value);
    }
    return result;
  }

  /// Adds a source row that begins at element `at`, times a weight.
  private interface Rows {
    void add(float[] line, int at, float weight);
  }

  /// Takes the value of a target pixel.
  private interface Pixels {
    void set(int at, float value);
  }

  /// @param width of a source row
  private record Plane(int width) {
    void resample(Rows source, Axis rows, Axis columns, Pixels target) {
      float[] line = new float[width];
      int targetWidth = columns.first.length;
      for (int y = 0; y < rows.first.length; y++) {
        java.util.Arrays.fill(line, 0);
        float[] down = rows.weights[y];
        for (int j = 0; j < down.length; j++) {
          source.add(line, (rows.first[y] + j) * width, down[j]);
        }
        for (int x = 0; x < targetWidth; x++) {
          float[] across = columns.weights[x];
          float sum = 0;
          for (int j = 0; j < across.length; j++) {
            sum += across[j] * line[columns.first[x] + j];
          }
          target.set(y * targetWidth + x, sum);
        }
      }
    }
  }
}
