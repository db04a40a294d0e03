package jacquard.nn.data;

/// SplitMix64, spelled out so that the numbers never change with the JDK: data order is part of
/// what a resumed run must repeat bit for bit.
///
/// @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea, Flood: Fast splittable
///   pseudorandom number generators</a>
public final class SplitMix {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final long GAMMA_3 = 0xDAA66D2C7DDF743FL; // 3 * GAMMA

  private long state;

  /// A generator that begins at `seed`.
  ///
  /// @param seed same seed, same numbers
  public SplitMix(long seed) {
    state = seed;
  }

  /// {@return a generator for one purpose: different keys give unrelated numbers, the same keys the
  /// same}
  ///
  /// @param seed same seed, same numbers
  /// @param keys what distinguishes this purpose from others
  public static SplitMix of(long seed, long... keys) {
    long state = mix(seed + GAMMA);
    for (long key : keys) {
      state = mix(state + GAMMA_3 + mix(key + GAMMA));
    }
    return new SplitMix(state);
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }

  /// {@return the next 64 random bits}
  public long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /// {@return a whole number from 0 to `bound - 1`, all equally likely}
  ///
  /// @param bound one more than the largest number, at least 1
  /// @see <a href="https://arxiv.org/abs/1805.10941">Lemire: Fast random integer generation in an
  ///   interval</a>
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("nextInt: bound " + bound + ", expected 1 or more");
    }
    long product = (nextLong() >>> 32) * bound;
    if ((product & 0xFFFFFFFFL) < bound) {
      long rest = (1L << 32) % bound;
      while ((product & 0xFFFFFFFFL) < rest) {
        product = (nextLong() >>> 32) * bound;
      }
    }
    return (int) (product >>> 32);
  }

  /// A multiple of 2^-24 in [0, 1).
  ///
  /// @return the next number
  public float nextFloat() {
    return (nextLong() >>> 40) * 0x1p-24f;
  }

  /// A multiple of 2^-53 in [0, 1).
  ///
  /// @return the next number
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /// {@return the numbers 0 to `size - 1` in an order that is any of the `size!` with equal
  /// probability, as far as 64 bits of state reach (Fisher-Yates)}
  ///
  /// @param size how many numbers
  public int[] permutation(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
