package jacquard.examples.data;

/// The SplitMix64 generator: a counter stepped by the golden ratio and hashed, so that any number
/// of independent streams start from a pair of seed and index.
///
/// Only integer and IEEE-exact float arithmetic: the same numbers on every machine.
///
/// @see <a href="https://doi.org/10.1145/2714064.2660195">Fast splittable pseudorandom number
///   generators</a>
final class SplitMix {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private long state;

  private SplitMix(long state) {
    this.state = state;
  }

  static SplitMix of(long seed) {
    return new SplitMix(hash(seed + GOLDEN));
  }

  /// The stream of element `index` under `seed`.
  static SplitMix of(long seed, long index) {
    return new SplitMix(hash(hash(seed + GOLDEN) ^ hash(index * GOLDEN + 1)));
  }

  long nextLong() {
    state += GOLDEN;
    return hash(state);
  }

  /// Uniform in `0 .. bound-1`; the bias is below `bound / 2^32`.
  int nextInt(int bound) {
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /// Uniform in `low .. high`, in steps of a 2^24th.
  float uniform(float low, float high) {
    return low + (high - low) * ((nextLong() >>> 40) * 0x1p-24f);
  }

  /// Bell-shaped with mean 0 and deviation `sigma`, never beyond `3.46 sigma`: the sum of four
  /// 16-bit uniforms, from one draw.
  float bell(float sigma) {
    long bits = nextLong();
    long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
    return (sum * 0x1p-16f - 2) * 1.7320508f * sigma;
  }

  private static long hash(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
