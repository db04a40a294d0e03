package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import java.util.List;
import java.util.stream.Stream;

/// One of several ways to write the same micro-kernel. They compute the same bits; what differs is
/// how well the just-in-time compiler allocates registers for them.
///
/// @param touchedRows rows of C whose first element is touched before the loop, which keeps their
///   indices in general-purpose registers through it
/// @param displaced whether the rows of a packed A are constant distances from one index, and else
///   have an index each; where tiles don't read rows in place, packed rows always are
record CodeForm(int touchedRows, Indices indices, boolean displaced) {
  /// How the loop gets at its operands.
  enum Indices {
    /// Both computed from that of k.
    FROM_K,
    /// B's is stepped, A's computed from that of k.
    B_STEPPED,
    /// B's is stepped and serves A too, for a panel as wide as B's.
    TOGETHER
  }

  /// In the order in which they are tried, for most tiles.
  private static final List<CodeForm> MOST =
      List.of(
          new CodeForm(6, Indices.FROM_K, false),
          new CodeForm(3, Indices.FROM_K, false),
          new CodeForm(4, Indices.B_STEPPED, false),
          new CodeForm(6, Indices.B_STEPPED, false),
          new CodeForm(0, Indices.FROM_K, false),
          new CodeForm(3, Indices.B_STEPPED, false));

  /// 6x64 with 512 bits and A in place: 96 % of the peak with the first of these, 88 to 94 with the
  /// first of the others.
  private static final List<CodeForm> WIDE_IN_PLACE =
      List.of(MOST.get(1), MOST.get(2), MOST.get(3), MOST.get(0), MOST.get(5), MOST.get(4));

  private static final CodeForm TOGETHER = new CodeForm(0, Indices.TOGETHER, false);
  private static final CodeForm TOGETHER_DISPLACED = new CodeForm(0, Indices.TOGETHER, true);

  /// Panels by panels: with an index of its own for A, which is the same multiple of k as B's, 5x16
  /// and 6x16 with 256 bits reach 40 % of the peak. 6x16 reaches 89 % with the first of these and
  /// 50 with the second, 5x16 86 and 96, 4x16 76 and 80.
  private static final List<CodeForm> HIGH_PANELS = first(TOGETHER, TOGETHER_DISPLACED);

  private static final List<CodeForm> LOW_PANELS = first(TOGETHER_DISPLACED, TOGETHER);

  private static List<CodeForm> first(CodeForm... forms) {
    return Stream.concat(Stream.of(forms), MOST.stream()).toList();
  }

  /// The forms of a tile in the order in which they are tried.
  static List<CodeForm> of(TileSpec tile) {
    boolean wide = tile.width() == VectorWidth.BITS_512;
    if (tile.kStep() == 1) {
      return wide ? WIDE_IN_PLACE : MOST;
    }
    if (tile.kStep() != tile.columns() || wide) {
      return MOST;
    }
    return tile.rows() * tile.vectors() > 10 ? HIGH_PANELS : LOW_PANELS;
  }
}
