package jacquard.kernels.cpu.emit;

/// Threefry 2x32 with 20 rounds over i32 lanes.
///
/// @see <a href="https://doi.org/10.1145/2063384.2063405">Salmon et al., Parallel random numbers:
///   as easy as 1, 2, 3</a>
final class Threefry {
  private static final int PARITY = 0x1BD11BDA;
  private static final int[] ROTATIONS = {13, 15, 26, 6, 17, 29, 16, 24};

  private Threefry() {}

  /// Word 0 of the block of counter (`counter`, `salt`) under key (`low`, `high`).
  static Expr word(ExprGraph g, Expr low, Expr high, Expr counter, Expr salt) {
    Expr[] key = {low, high, g.xor(g.xor(low, high), g.i(PARITY))};
    Expr x = g.add(counter, low);
    Expr y = g.add(salt, high);
    for (int round = 0; round < 20; round++) {
      x = g.add(x, y);
      int r = ROTATIONS[round % ROTATIONS.length];
      y = g.xor(g.or(g.shl(y, r), g.shr(y, 32 - r)), x);
      if (round % 4 == 3) {
        int injection = round / 4 + 1;
        x = g.add(x, key[injection % 3]);
        y = g.add(y, g.add(key[(injection + 1) % 3], g.i(injection)));
      }
    }
    return x;
  }
}
