package jacquard.bench.workloads;

/// Numbers that any language can draw with the same bits: a 64-bit mix of seed and index
/// (SplitMix64's finaliser).
final class PortableRandom {
  private static final int NORMAL_TERMS = 12;

  private PortableRandom() {}

  /// Uniform in `[0, 1)`, a multiple of 2^-24.
  static double uniform(long seed, long index) {
    long z = ((seed << 32) + index + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 40) * 0x1p-24;
  }

  /// Uniform in `[-bound, bound)`.
  static float[] symmetric(long seed, double bound, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (bound * (2.0 * uniform(seed, i) - 1.0));
    }
    return values;
  }

  /// Mean 0 and variance 1: 12 uniform numbers less 6.
  static float[] gauss(long seed, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      double sum = 0;
      for (int k = 0; k < NORMAL_TERMS; k++) {
        sum += uniform(seed, (long) NORMAL_TERMS * i + k);
      }
      values[i] = (float) (sum - NORMAL_TERMS / 2.0);
    }
    return values;
  }

  /// Squares of uniform numbers, scaled to `low .. 1`.
  static float[] image(long seed, double low, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      double u = uniform(seed, i);
      values[i] = (float) ((1 - low) * u * u + low);
    }
    return values;
  }

  /// Tokens below `vocabulary`, small ones more often.
  static int[] tokens(long seed, int vocabulary, int count) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      double u = uniform(seed, i);
      values[i] = (int) Math.floor(vocabulary * u * u);
    }
    return values;
  }
}
