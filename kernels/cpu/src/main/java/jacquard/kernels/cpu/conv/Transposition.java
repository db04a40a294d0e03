package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Loops;

/// Transposes a matrix into a part of a larger one, and touches nothing beside it.
final class Transposition {
  /// Rows that [Loops#pack] takes without writing beyond them, whatever the vectors.
  private static final int BLOCK = 16;

  private Transposition() {}

  /// `to[toOffset + p * toStride + j] = from[offset + j * rowStride + p]` for `j < rows` and `p <
  /// columns`.
  static void run(
      Loops loops,
      Object from,
      int offset,
      int rowStride,
      int rows,
      int columns,
      Object to,
      int toOffset,
      int toStride) {
    int whole = rows - rows % BLOCK;
    if (whole == 0) {
      loops.copy(from, offset, rowStride, 1, to, toOffset, 1, toStride, rows, columns);
      return;
    }
    loops.pack(from, offset, 1, rowStride, columns, whole, to, toOffset, toStride);
    if (whole < rows) {
      int last = rows - BLOCK;
      int at = offset + last * rowStride;
      loops.pack(from, at, 1, rowStride, columns, BLOCK, to, toOffset + last, toStride);
    }
  }
}
