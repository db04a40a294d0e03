package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import java.util.List;

/// One of several ways to write the same micro-kernel. They compute the same bits; what differs is
/// how well the just-in-time compiler allocates registers for them.
///
/// @param bases which rows of A, one bit each, have an index of their own; the others are at a
///   constant distance from the row before. Where A is read in place, all have one
/// @param touchedRows rows of C whose first element is touched before the loop, which keeps their
///   indices in general-purpose registers through it
/// @param steppedB whether the index of B is stepped, and else computed from that of k
record CodeForm(int bases, int touchedRows, boolean steppedB) {
  private static final int ALL_ROWS = -1;
  private static final int THIRD_ROWS = 0b1001001001001;

  /// In the order in which they are tried, where A is read in place, and in general.
  private static final List<CodeForm> OF_ROWS =
      List.of(
          new CodeForm(ALL_ROWS, 6, false),
          new CodeForm(ALL_ROWS, 3, false),
          new CodeForm(ALL_ROWS, 4, true),
          new CodeForm(ALL_ROWS, 6, true),
          new CodeForm(ALL_ROWS, 0, false),
          new CodeForm(ALL_ROWS, 3, true));

  /// 6x64 with 512 bits and A in place: 96 % of the peak with the first of these, 88 to 94 with the
  /// first of the others.
  private static final List<CodeForm> WIDE_IN_PLACE =
      List.of(
          OF_ROWS.get(1),
          OF_ROWS.get(2),
          OF_ROWS.get(3),
          OF_ROWS.get(0),
          OF_ROWS.get(5),
          OF_ROWS.get(4));

  /// Packed tiles where 16 registers hold them.
  private static final List<CodeForm> OF_TILES =
      before(new CodeForm(THIRD_ROWS, 3, false), new CodeForm(THIRD_ROWS, 0, false));

  /// The same of six rows that are added.
  private static final List<CodeForm> OF_ADDED_TILES =
      before(new CodeForm(0b100111, 3, false), new CodeForm(0b011011, 3, false));

  /// Two forms, and then those with an index for each row.
  private static List<CodeForm> before(CodeForm first, CodeForm second) {
    return List.of(first, second, OF_ROWS.get(0), OF_ROWS.get(1), OF_ROWS.get(2), OF_ROWS.get(4));
  }

  /// The forms of a tile in the order in which they are tried.
  static List<CodeForm> of(TileSpec tile) {
    if (tile.kStep() == 1) {
      return tile.width() == VectorWidth.BITS_512 ? WIDE_IN_PLACE : OF_ROWS;
    }
    if (!TileShape.of(tile.width()).readsRows()) {
      return OF_ROWS;
    }
    return tile.adds() && tile.rows() > 5 ? OF_ADDED_TILES : OF_TILES;
  }
}
