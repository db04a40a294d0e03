package jacquard.kernels.cpu.emit;

/// The functions of [LaneFunction] for one element. `StrictMath` throughout: the same bits on every
/// machine and in every tier.
final class ScalarMath {
  /// Above this magnitude the fast reduction of sine and cosine by multiples of pi/2 loses
  /// accuracy.
  static final float LARGE_ANGLE = 1e5f;

  private static final double TWO_OVER_ROOT_PI = 0x1.20dd750429b6dp0;

  /// The result of calling the methods at the end of this class, so that the calls are not removed.
  static final int TRAINED;

  private ScalarMath() {}

  static double exp(double x) {
    return StrictMath.exp(x);
  }

  static double log(double x) {
    return StrictMath.log(x);
  }

  static double log1p(double x) {
    return StrictMath.log1p(x);
  }

  static double expm1(double x) {
    return StrictMath.expm1(x);
  }

  static double sin(double x) {
    return StrictMath.sin(x);
  }

  static double cos(double x) {
    return StrictMath.cos(x);
  }

  static double tanh(double x) {
    return StrictMath.tanh(x);
  }

  static double pow(double x, double y) {
    return StrictMath.pow(x, y);
  }

  static float sinLarge(float fast, float x) {
    return Math.abs(x) < LARGE_ANGLE ? fast : (float) StrictMath.sin(x);
  }

  static float cosLarge(float fast, float x) {
    return Math.abs(x) < LARGE_ANGLE ? fast : (float) StrictMath.cos(x);
  }

  static double sigmoid(double x) {
    double e = StrictMath.exp(-Math.abs(x));
    return (x < 0 ? e : 1) / (1 + e);
  }

  /// Error function. Up to 2 by the series `2/sqrt(pi) e^(-x^2) x (1 + t1 (1 + t2 (1 + ...)))`, `tn
  /// = 2x^2 / (2n + 1)`, whose terms are all positive; beyond by the continued fraction of `1 -
  /// erf(x)`, which is so small there that few of its digits matter.
  ///
  /// @see <a href="https://dlmf.nist.gov/7.6">DLMF 7.6.2</a>, <a
  ///   href="https://dlmf.nist.gov/7.9">7.9.1</a>
  static double erf(double x) {
    double a = Math.abs(x);
    if (!(a < 6)) {
      return Double.isNaN(x) ? x : Math.copySign(1, x);
    }
    double square = a * a;
    double roundedOff = Math.fma(a, a, -square);
    double bell = StrictMath.exp(-square) * (1 - roundedOff);
    double y;
    if (a < 2) {
      double sum = 1;
      for (int n = 40; n > 0; n--) {
        sum = 1 + 2 * square / (2 * n + 1) * sum;
      }
      y = a * (TWO_OVER_ROOT_PI * bell * sum);
    } else {
      double fraction = a;
      for (int n = 60; n > 0; n--) {
        fraction = a + n / 2.0 / fraction;
      }
      y = 1 - TWO_OVER_ROOT_PI / 2 * bell / fraction;
    }
    return Math.copySign(y, x);
  }

  static double mod(double x, double y) {
    return x - y * Math.floor(x / y);
  }

  static float mod(float x, float y) {
    return (float) mod((double) x, (double) y);
  }

  static int div(int x, int y) {
    return y == 0 ? 0 : x / y;
  }

  static long div(long x, long y) {
    return y == 0 ? 0 : x / y;
  }

  static int mod(int x, int y) {
    return y == 0 ? 0 : Math.floorMod(x, y);
  }

  static long mod(long x, long y) {
    return y == 0 ? 0 : Math.floorMod(x, y);
  }

  static long toLong(float x) {
    return (long) x;
  }

  static long toLong(double x) {
    return (long) x;
  }

  static float toFloat(long x) {
    return (float) x;
  }

  static double toDouble(long x) {
    return (double) x;
  }

  /*
   * Comparisons and selections of scalar code. As branches in a kernel, of which warm-up sees one side only, they would be compiled
   * as traps: the first value on the other side would throw the kernel back to the interpreter. Here they share the statistics
   * of all kernels, which start with both sides.
   */

  static int lt(float x, float y) {
    return x < y ? 1 : 0;
  }

  static int le(float x, float y) {
    return x <= y ? 1 : 0;
  }

  static int eq(float x, float y) {
    return x == y ? 1 : 0;
  }

  static int lt(double x, double y) {
    return x < y ? 1 : 0;
  }

  static int le(double x, double y) {
    return x <= y ? 1 : 0;
  }

  static int eq(double x, double y) {
    return x == y ? 1 : 0;
  }

  static int lt(int x, int y) {
    return x < y ? 1 : 0;
  }

  static int le(int x, int y) {
    return x <= y ? 1 : 0;
  }

  static int eq(int x, int y) {
    return x == y ? 1 : 0;
  }

  static int lt(long x, long y) {
    return x < y ? 1 : 0;
  }

  static int le(long x, long y) {
    return x <= y ? 1 : 0;
  }

  static int eq(long x, long y) {
    return x == y ? 1 : 0;
  }

  static float select(int mask, float x, float y) {
    return mask != 0 ? x : y;
  }

  static double select(int mask, double x, double y) {
    return mask != 0 ? x : y;
  }

  static int select(int mask, int x, int y) {
    return mask != 0 ? x : y;
  }

  static long select(int mask, long x, long y) {
    return mask != 0 ? x : y;
  }

  static {
    int sum = 0;
    for (int k = 0; k < 4000; k++) {
      int n = k % 3;
      sum += lt((float) n, 1f) + le((float) n, 1f) + eq((float) n, 1f);
      sum += lt((double) n, 1.0) + le((double) n, 1.0) + eq((double) n, 1.0);
      sum += lt(n, 1) + le(n, 1) + eq(n, 1);
      sum += lt((long) n, 1L) + le((long) n, 1L) + eq((long) n, 1L);
      sum += (int) select(k & 1, 1f, 2f) + (int) select(k & 1, 1.0, 2.0);
      sum += select(k & 1, 1, 2) + (int) select(k & 1, 1L, 2L);
    }
    TRAINED = sum;
  }
}
