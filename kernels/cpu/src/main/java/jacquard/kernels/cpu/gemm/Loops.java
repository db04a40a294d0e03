package jacquard.kernels.cpu.gemm;

/// Plain Java loops over `float[]` or `double[]`, one implementation for each: the tier that runs
/// while the vector kernels are not compiled yet, and the small work at edges. Arrays are typed
/// `Object` so that the tiling is written once; all arrays of a call have the same type. Offsets
/// and strides are in elements.
///
/// Multiply-adds are fused, as in the vector kernels, so both give the same bits.
public sealed interface Loops permits F32Loops, F64Loops {
  /// A new zeroed array.
  Object array(int length);

  int length(Object array);

  /// The scalar form of a micro-kernel.
  MicroKernel tile(TileSpec tile);

  /// Packs a panel: `to[p * width + j] = from[p * kStride + j * laneStride]` for `p < k` and `j <
  /// lanes`. What lies beyond `lanes` in a row of the panel is unspecified if `laneStride` is 1,
  /// and else left alone.
  void pack(
      Object from,
      int fromOffset,
      int kStride,
      int laneStride,
      int k,
      int lanes,
      Object to,
      int toOffset,
      int width);

  /// As [#pack], but what lies beyond `lanes` in a row of the panel is unspecified for any strides,
  /// which makes a panel of 14 in 16 as quick to transpose as one of 16.
  default void packPadded(
      Object from,
      int fromOffset,
      int kStride,
      int laneStride,
      int k,
      int lanes,
      Object to,
      int toOffset,
      int width) {
    pack(from, fromOffset, kStride, laneStride, k, lanes, to, toOffset, width);
  }

  /// Packs panels side by side of a matrix whose columns lie side by side: panel `i` takes columns
  /// `starts[i] .. starts[i + 1] - 1`, of which those from `columns` on are unspecified, and lies
  /// `(starts[i] - starts[0]) * k` elements behind `toOffset`.
  ///
  /// @param offset of column 0
  /// @param kStride distance between the rows
  void packPanels(
      Object from,
      int offset,
      int kStride,
      int[] starts,
      int panels,
      int columns,
      int k,
      Object to,
      int toOffset);

  /// Packs tiles of a matrix whose rows' index has stride 1: tile `t` takes rows `starts[t] ..
  /// starts[t + 1] - 1` and lies `t * tileSize` elements behind `toOffset`, with its row `r` of
  /// step `p` at `p * step + r`.
  void packTiles(
      Object from,
      int offset,
      int kStride,
      int[] starts,
      int tiles,
      int k,
      Object to,
      int toOffset,
      int tileSize,
      int step);

  /// Gathers a panel: `to[p * width + position + i] = from[base + rows[firstRow + p] + offset + i]`
  /// for `p < k` and, for each run of columns, `i` below its length.
  ///
  /// @param from source with slack for a vector behind the last element
  /// @param runs triples of offset, position and length of at most [#runLength()], in the order of
  ///   positions, which they cover without gaps
  /// @param runCount number of triples
  /// @param to target with slack for a vector
  void gather(
      Object from,
      int base,
      int[] rows,
      int firstRow,
      int k,
      int[] runs,
      int runCount,
      Object to,
      int toOffset,
      int width);

  /// Length of the longest run that [#gather] takes.
  int runLength();

  /// Copies a block: `to[toOffset + r * toRowStride + j * toStep]` from the element of `from` at
  /// the like place.
  void copy(
      Object from,
      int fromOffset,
      int fromRowStride,
      int fromStep,
      Object to,
      int toOffset,
      int toRowStride,
      int toStep,
      int rows,
      int columns);

  /// Adds a block of rows to a block of `to`.
  void add(
      Object from,
      int fromOffset,
      int fromRowStride,
      Object to,
      int toOffset,
      int toRowStride,
      int rows,
      int columns);

  /// Copies rows into a padded target, whose elements behind a row may be set to zero: as many as a
  /// vector has, or fewer. Rows are written in order, so that zeros may fall on rows to come.
  void copyPadded(
      Object from,
      int fromOffset,
      int fromRowStride,
      Object to,
      int toOffset,
      int toRowStride,
      int rows,
      int columns);

  /// `to[toOffset + i] = from[fromOffset + order[i]]` for `first <= i < end`.
  void permute(
      Object from, int fromOffset, int[] order, int first, int end, Object to, int toOffset);

  /// Sets a block of rows to zero.
  void zero(Object to, int toOffset, int toStride, int rows, int columns);

  /// `y[i * yStride] (=|+=) sum over p of matrix[i * rowStride + p * colStride] * x[p * xStride]`,
  /// for any strides, rows `0 .. rows - 1`. Fast where the matrix is contiguous along its rows or
  /// along its columns.
  ///
  /// Rows of a matrix that is contiguous along its rows are summed in twice as many partial sums as
  /// the hardware's vectors have lanes, others in one chain in the order of p.
  void matrixVector(
      int rows,
      int k,
      Object matrix,
      int offset,
      int rowStride,
      int colStride,
      Object x,
      int xOffset,
      int xStride,
      Object y,
      int yOffset,
      int yStride,
      boolean accumulate,
      Scratch scratch);
}
