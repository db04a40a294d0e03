package jacquard.kernels.cpu.attention;

import java.util.Arrays;

/// How a block of as many rows as a panel is wide is divided into tiles of two vectors a row.
///
/// | panel | largest tile | heights        | sums of the lowest |
/// |-------|--------------|----------------|--------------------|
/// | 32    | 14           | 8, 8, 8, 8     | 16                 |
/// | 16    | 6            | 6, 5, 5        | 10                 |
/// | 8     | 6            | 4, 4           | 8                  |
///
/// A multiply-add takes four to five cycles and two begin in each, so ten sums keep the units busy.
/// Equal tiles need one kernel; where they are too low, the fewest tiles it is, of two heights at
/// most.
final class TileHeights {
  private static final int VECTORS = 2;
  private static final int SUMS_THAT_HIDE_LATENCY = 10;

  private TileHeights() {}

  /// Heights of the tiles of a block, the highest first.
  ///
  /// @param rows rows of the block
  /// @param most rows of the largest tile that the registers hold
  static int[] of(int rows, int most) {
    int equal = most;
    while (rows % equal != 0) {
      equal--;
    }
    int fewest = (rows + most - 1) / most;
    int tiles = equal * VECTORS >= SUMS_THAT_HIDE_LATENCY ? rows / equal : fewest;
    int[] heights = new int[tiles];
    Arrays.fill(heights, rows / tiles);
    for (int tile = 0; tile < rows % tiles; tile++) {
      heights[tile]++;
    }
    return heights;
  }
}
