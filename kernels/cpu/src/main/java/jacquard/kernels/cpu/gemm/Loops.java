package jacquard.kernels.cpu.gemm;

/// Plain Java loops over `float[]` or `double[]`, one implementation for each: the tier that runs
/// while the vector kernels are not compiled yet, and the small work at edges. Arrays are typed
/// `Object` so that the tiling is written once; all arrays of a call have the same type. Offsets
/// and strides are in elements.
///
/// Multiply-adds are fused, as in the vector kernels, so both give the same bits.
public sealed interface Loops permits F32Loops, F64Loops {
  /// {@return a new zeroed array}
  ///
  /// @param length number of elements
  Object array(int length);

  /// {@return number of elements of an array}
  ///
  /// @param array `float[]` or `double[]`
  int length(Object array);

  /// {@return the scalar form of a micro-kernel}
  ///
  /// @param tile sizes of the tile and how A is read
  MicroKernel tile(TileSpec tile);

  /// Packs a panel: `to[p * width + j] = from[p * kStride + j * laneStride]` for `p < k` and `j <
  /// lanes`. What lies beyond `lanes` in a row of the panel is unspecified if `laneStride` is 1,
  /// and else left alone.
  ///
  /// @param from array read
  /// @param fromOffset its first element
  /// @param kStride distance between the source's elements of `p` and `p + 1`
  /// @param laneStride distance between the source's neighbours within a row of the panel
  /// @param k number of rows of the panel
  /// @param lanes elements of a row that the source has
  /// @param to array written to
  /// @param toOffset its first element
  /// @param width elements of a row of the panel
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
  ///
  /// @param from array read
  /// @param fromOffset its first element
  /// @param kStride distance between the source's elements of `p` and `p + 1`
  /// @param laneStride distance between the source's neighbours within a row of the panel
  /// @param k number of rows of the panel
  /// @param lanes elements of a row that the source has
  /// @param to array written to
  /// @param toOffset its first element
  /// @param width elements of a row of the panel
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
  /// @param from array read
  /// @param offset of column 0
  /// @param kStride distance between the rows
  /// @param starts first column of each panel, and one past the last panel
  /// @param panels number of panels
  /// @param columns number of columns that the matrix has
  /// @param k number of rows
  /// @param to array written to
  /// @param toOffset its first element
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
  ///
  /// @param from array read
  /// @param offset of row 0
  /// @param kStride distance between steps `p` and `p + 1`
  /// @param starts first row of each tile, and one past the last tile
  /// @param tiles number of tiles
  /// @param k number of steps
  /// @param to array written to
  /// @param toOffset its first element
  /// @param tileSize elements of `to` for a tile
  /// @param step elements of `to` for a step of a tile
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
  /// @param base what is added to every position of the source
  /// @param rows where in the source each row begins, relative to `base`
  /// @param firstRow index in `rows` of the panel's row 0
  /// @param k number of rows of the panel
  /// @param runs triples of offset, position and length of at most [#runLength()], in the order of
  ///   positions, which they cover without gaps
  /// @param runCount number of triples
  /// @param to target with slack for a vector
  /// @param toOffset its first element
  /// @param width elements of a row of the panel
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

  /// {@return length of the longest run that [#gather] takes}
  int runLength();

  /// Copies a block: `to[toOffset + r * toRowStride + j * toStep]` from the element of `from` at
  /// the like place.
  ///
  /// @param from array read
  /// @param fromOffset its first element
  /// @param fromRowStride distance between the source's rows
  /// @param fromStep distance between the source's columns
  /// @param to array written to
  /// @param toOffset its first element
  /// @param toRowStride distance between the target's rows
  /// @param toStep distance between the target's columns
  /// @param rows number of rows
  /// @param columns number of columns
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
  ///
  /// @param from array read
  /// @param fromOffset its first element
  /// @param fromRowStride distance between the source's rows
  /// @param to array written to
  /// @param toOffset its first element
  /// @param toRowStride distance between the target's rows
  /// @param rows number of rows
  /// @param columns number of columns
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
  ///
  /// @param from array read
  /// @param fromOffset its first element
  /// @param fromRowStride distance between the source's rows
  /// @param to array written to
  /// @param toOffset its first element
  /// @param toRowStride distance between the target's rows
  /// @param rows number of rows
  /// @param columns number of columns
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
  ///
  /// @param from array read
  /// @param fromOffset its first element
  /// @param order position in the source of each element
  /// @param first first element to write
  /// @param end one past the last
  /// @param to array written to
  /// @param toOffset its first element
  void permute(
      Object from, int fromOffset, int[] order, int first, int end, Object to, int toOffset);

  /// Sets a block of rows to zero.
  ///
  /// @param to array written to
  /// @param toOffset its first element
  /// @param toStride distance between the rows
  /// @param rows number of rows
  /// @param columns number of columns
  void zero(Object to, int toOffset, int toStride, int rows, int columns);

  /// `y[i * yStride] (=|+=) sum over p of matrix[i * rowStride + p * colStride] * x[p * xStride]`,
  /// for any strides, rows `0 .. rows - 1`. Fast where the matrix is contiguous along its rows or
  /// along its columns.
  ///
  /// Rows of a matrix that is contiguous along its rows are summed in twice as many partial sums as
  /// the hardware's vectors have lanes, others in one chain in the order of p.
  ///
  /// @param rows number of rows
  /// @param k columns of the matrix, elements of `x`
  /// @param matrix array of the matrix
  /// @param offset its element `[0, 0]`
  /// @param rowStride distance between its rows
  /// @param colStride distance between its columns
  /// @param x array of the vector
  /// @param xOffset its first element
  /// @param xStride distance between its elements
  /// @param y array of the result
  /// @param yOffset its first element
  /// @param yStride distance between its elements
  /// @param accumulate whether to add to `y` instead of overwriting it
  /// @param scratch working memory of the calling thread
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
