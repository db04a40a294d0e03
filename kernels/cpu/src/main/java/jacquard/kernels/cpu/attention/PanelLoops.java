package jacquard.kernels.cpu.attention;

/// The element-wise work on panels in plain loops: what [PanelVectors] does, with the same bits,
/// before that is compiled and for widths that it doesn't handle.
final class PanelLoops {
  static final float LOG2E = 0x1.715476p0f;

  /// ln 2 as a sum; `x - n * LN2_HIGH` is exact.
  static final float LN2_HIGH = 0x1.62e4p-1f;

  static final float LN2_LOW = 0x1.7f7d1cp-20f;

  /// Added to a float of magnitude below 2^22 it leaves the nearest whole number in the low bits.
  static final float MAGIC = 0x1.8p23f;

  /// Below this the power is less than the smallest normal number, and 0 here.
  static final float LOWEST = -87;

  /// `(e^r - 1 - r) / r^2` for `|r| <= ln(2)/2`, highest power first.
  static final float C4 = 0x1.6b9caap-10f;

  static final float C3 = 0x1.12256p-7f;
  static final float C2 = 0x1.5556f2p-5f;
  static final float C1 = 0x1.5554b4p-3f;
  static final float C0 = 0x1.fffffep-2f;

  private static final double LN2 = 0x1.62e42fefa39efp-1;

  /// Those of the square root of one half: numbers from it on are `2^n m`, `m` between it and twice
  /// it, with the same `n`.
  private static final int SQRT_HALF_BITS = 0x3f3504f3;

  private PanelLoops() {}

  /// `log x` of a positive normal number, of infinity or of what is no number; rounded from twice
  /// the precision: a quarter of the time of the library's. With `x = 2^n m` and `t = (m - 1) / (m
  /// + 1)`, at most 0.172, it is `n log 2 + 2 (t
  /// + t^3 / 3 + t^5 / 5 + ...)`.
  static float log(float x) {
    if (!(x < Float.POSITIVE_INFINITY)) {
      return x;
    }
    int bits = Float.floatToRawIntBits(x);
    int n = (bits - SQRT_HALF_BITS) >> 23;
    double m = Float.intBitsToFloat(bits - (n << 23));
    double t = (m - 1) / (m + 1);
    double s = t * t;
    double sum = 1 + s * (1 / 3.0 + s * (1 / 5.0 + s * (1 / 7.0 + s * (1 / 9.0 + s / 11.0))));
    return (float) (n * LN2 + 2 * t * sum);
  }

  /// `e^x` up to 88: 1 ulp.
  private static float exp(float x) {
    if (x < LOWEST) {
      return 0;
    }
    float shifted = Math.fma(x, LOG2E, MAGIC);
    float n = shifted - MAGIC;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    float square = r * r;
    float odd = Math.fma(C3, square, C1);
    float even = Math.fma(Math.fma(C4, square, C2), square, C0);
    float y = Math.fma(Math.fma(odd, r, even), square, r + 1);
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(y) + (Float.floatToRawIntBits(shifted) << 23));
  }

  /// See [PanelMath#softmax].
  static void softmax(float[] p, int offset, int rows, int width, float[] highest, float[] sums) {
    for (int c = 0; c < width; c++) {
      float high = Float.NEGATIVE_INFINITY;
      for (int r = 0; r < rows; r++) {
        float x = p[offset + r * width + c];
        high = high < x ? x : high;
      }
      float sum = 0;
      for (int r = 0; r < rows; r++) {
        int i = offset + r * width + c;
        float y = exp(p[i] - high);
        p[i] = y;
        sum += y;
      }
      highest[c] = high;
      sums[c] = sum;
    }
  }

  /// See [PanelMath#gradient].
  static void gradient(
      float[] p,
      float[] g,
      int offset,
      int rows,
      int width,
      float[] logSums,
      float[] means,
      int row) {
    for (int r = 0; r < rows; r++) {
      for (int i = offset + r * width; i < offset + (r + 1) * width; i++) {
        float y = exp(p[i] - logSums[row + r]);
        p[i] = y;
        g[i] = y * (g[i] - means[row + r]);
      }
    }
  }

  /// See [PanelMath#products].
  static void products(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      int rows,
      int size,
      float[] partial,
      float[] y) {
    int lanes = PanelVectors.LANES;
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < lanes; j++) {
        partial[j] = 0;
      }
      for (int e = 0; e < size; e++) {
        partial[e % lanes] =
            Math.fma(
                a[aOffset + r * aStride + e], b[bOffset + r * bStride + e], partial[e % lanes]);
      }
      y[r] = sum(partial, lanes);
    }
  }

  static float sum(float[] partial, int lanes) {
    float sum = partial[0];
    for (int j = 1; j < lanes; j++) {
      sum += partial[j];
    }
    return sum;
  }

  /// See [PanelMath#copy].
  static void copy(
      float[] x,
      int offset,
      int stride,
      int rows,
      int columns,
      float factor,
      float[] to,
      int toOffset,
      int width) {
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns; j++) {
        to[toOffset + r * width + j] = x[offset + r * stride + j] * factor;
      }
    }
  }

  /// See [PanelMath#scale].
  static void scale(float[] x, int offset, int count, float factor) {
    for (int i = offset; i < offset + count; i++) {
      x[i] *= factor;
    }
  }
}
