package jacquard.bench.rows;

import java.util.Arrays;

/// A transposed convolution by plain loops: each element of the input adds a filter's patch to the
/// result.
final class PlainConvTransposed implements Body {
  private final PlainConv.Sizes s;
  private final float[] x;
  private final float[] w;
  private final float[] bias;
  private final float[] y;

  PlainConvTransposed(PlainConv.Sizes sizes, float[] x, float[] w, float[] bias) {
    s = sizes;
    this.x = x;
    this.w = w;
    this.bias = bias;
    y = new float[s.batch() * s.out() * s.resultSide() * s.resultSide()];
  }

  @Override
  public void run() {
    int pixels = s.resultSide() * s.resultSide();
    for (int plane = 0; plane < s.batch() * s.out(); plane++) {
      Arrays.fill(y, plane * pixels, (plane + 1) * pixels, bias[plane % s.out()]);
    }
    for (int n = 0; n < s.batch(); n++) {
      for (int c = 0; c < s.in(); c++) {
        for (int o = 0; o < s.out(); o++) {
          int image = (n * s.in() + c) * s.side() * s.side();
          plane(image, (c * s.out() + o) * s.kernel() * s.kernel(), (n * s.out() + o) * pixels);
        }
      }
    }
  }

  private void plane(int image, int filter, int result) {
    for (int row = 0; row < s.side(); row++) {
      for (int column = 0; column < s.side(); column++) {
        float element = x[image + row * s.side() + column];
        int top = row * s.stride() - s.padding();
        int left = column * s.stride() - s.padding();
        for (int i = Math.max(0, -top); i < Math.min(s.kernel(), s.resultSide() - top); i++) {
          int at = result + (top + i) * s.resultSide() + left;
          for (int j = Math.max(0, -left); j < Math.min(s.kernel(), s.resultSide() - left); j++) {
            y[at + j] += element * w[filter + i * s.kernel() + j];
          }
        }
      }
    }
  }

  @Override
  public float[] result() {
    return y;
  }
}
