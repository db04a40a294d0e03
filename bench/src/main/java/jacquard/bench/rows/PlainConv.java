package jacquard.bench.rows;

/// A convolution by plain loops over `[N, C, H, W]`, with the borders left out instead of padded.
final class PlainConv implements Body {
  record Sizes(
      int batch,
      int in,
      int out,
      int side,
      int kernel,
      int stride,
      int padding,
      int dilation,
      int groups,
      int resultSide) {}

  private final Sizes s;
  private final float[] x;
  private final float[] w;
  private final float[] bias;
  private final float[] y;

  PlainConv(Sizes sizes, float[] x, float[] w, float[] bias) {
    s = sizes;
    this.x = x;
    this.w = w;
    this.bias = bias;
    y = new float[s.batch * s.out * s.resultSide * s.resultSide];
  }

  @Override
  public void run() {
    for (int n = 0; n < s.batch; n++) {
      for (int o = 0; o < s.out; o++) {
        for (int row = 0; row < s.resultSide; row++) {
          for (int column = 0; column < s.resultSide; column++) {
            int at = ((n * s.out + o) * s.resultSide + row) * s.resultSide + column;
            y[at] = bias[o] + taps(n, o, row * s.stride - s.padding, column * s.stride - s.padding);
          }
        }
      }
    }
  }

  private float taps(int n, int o, int top, int left) {
    int channels = s.in / s.groups;
    int first = o / (s.out / s.groups) * channels;
    float sum = 0;
    for (int c = 0; c < channels; c++) {
      int image = (n * s.in + first + c) * s.side;
      int filter = (o * channels + c) * s.kernel;
      for (int i = before(top); i < end(top); i++) {
        int row = (image + top + i * s.dilation) * s.side + left;
        for (int j = before(left); j < end(left); j++) {
          sum += x[row + j * s.dilation] * w[(filter + i) * s.kernel + j];
        }
      }
    }
    return sum;
  }

  /// Taps that lie before the image if the first one is at `at`.
  private int before(int at) {
    return Math.max(0, Math.ceilDiv(-at, s.dilation));
  }

  /// Taps that lie before its end.
  private int end(int at) {
    return Math.min(s.kernel, Math.ceilDiv(s.side - at, s.dilation));
  }

  @Override
  public float[] result() {
    return y;
  }
}
