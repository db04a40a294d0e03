package jacquard.tensor.reference;

/// The counter-based generator Threefry 2x32 with 20 rounds.
///
/// @see <a href="https://doi.org/10.1145/2063384.2063405">Salmon et al., Parallel random numbers:
///   as easy as 1, 2, 3</a>
public final class Threefry {
  private static final int PARITY = 0x1BD11BDA;
  private static final int[] ROTATIONS = {13, 15, 26, 6, 17, 29, 16, 24};

  private Threefry() {}

  /// Both words of the block of counter (`c0`, `c1`) under key (`k0`, `k1`); word 0 in the low
  /// half.
  ///
  /// @param k0 low word of the key
  /// @param k1 high word of the key
  /// @param c0 low word of the counter
  /// @param c1 high word of the counter
  /// @return the words
  public static long block(int k0, int k1, int c0, int c1) {
    int[] key = {k0, k1, PARITY ^ k0 ^ k1};
    int x0 = c0 + k0;
    int x1 = c1 + k1;
    for (int round = 0; round < 20; round++) {
      x0 += x1;
      x1 = Integer.rotateLeft(x1, ROTATIONS[round % 8]) ^ x0;
      if (round % 4 == 3) {
        int injection = round / 4 + 1;
        x0 += key[injection % 3];
        x1 += key[(injection + 1) % 3] + injection;
      }
    }
    return Integer.toUnsignedLong(x0) | (long) x1 << 32;
  }

  /// Element `index` of a [jacquard.tensor.graph.Op.Random]: 32 random bits.
  ///
  /// @param key 64 bits
  /// @param index row-major index of the element
  /// @param salt which of the numbers that one key gives
  /// @return the bits
  public static int bits(long key, int index, int salt) {
    return (int) block((int) key, (int) (key >>> 32), index, salt);
  }
}
