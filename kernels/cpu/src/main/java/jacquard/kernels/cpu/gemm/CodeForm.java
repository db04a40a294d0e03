package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import java.util.List;

/// One of several ways to write the same micro-kernel. They compute the same bits; what differs is
/// how well the just-in-time compiler allocates registers for them.
///
/// @param touchedRows rows of C whose first element is touched before the loop, which keeps their
///   indices in general-purpose registers through it
/// @param steppedB whether the index of B is stepped, and else computed from that of k
record CodeForm(int touchedRows, boolean steppedB) {
  /// In the order in which they are tried, for most tiles.
  static final List<CodeForm> ALL =
      List.of(
          new CodeForm(6, false),
          new CodeForm(3, false),
          new CodeForm(4, true),
          new CodeForm(6, true),
          new CodeForm(0, false),
          new CodeForm(3, true));

  /// 6x64 with 512 bits and A in place: 96 % of the peak with the first of these, 88 to 94 with the
  /// first of the others.
  private static final List<CodeForm> WIDE_IN_PLACE =
      List.of(ALL.get(1), ALL.get(2), ALL.get(3), ALL.get(0), ALL.get(5), ALL.get(4));

  /// The forms of a tile in the order in which they are tried.
  static List<CodeForm> of(TileSpec tile) {
    return tile.width() == VectorWidth.BITS_512 && tile.kStep() == 1 ? WIDE_IN_PLACE : ALL;
  }
}
