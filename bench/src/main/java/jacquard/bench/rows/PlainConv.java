package jacquard.bench.rows;

/// A convolution by plain loops over `[N, C, H, W]`, with the borders left out instead of padded.
final class PlainConv implements Body {
  record Sizes(
      int batch, int in, int out, int side, int kernel, int stride, int padding, int resultSide) {}

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
    float sum = 0;
    for (int c = 0; c < s.in; c++) {
      int image = (n * s.in + c) * s.side;
      int filter = (o * s.in + c) * s.kernel;
      for (int i = Math.max(0, -top); i < Math.min(s.kernel, s.side - top); i++) {
        for (int j = Math.max(0, -left); j < Math.min(s.kernel, s.side - left); j++) {
          sum += x[(image + top + i) * s.side + left + j] * w[(filter + i) * s.kernel + j];
        }
      }
    }
    return sum;
  }

  @Override
  public float[] result() {
    return y;
  }
}
