package jacquard.kernels.cpu.conv;

/// A matrix product whose right operand is not stored: element `[p, column]` of an image lies at
/// `taps[p] + columns[column]` of the image's source.
///
/// All offsets are in elements. The product of column `j` and row `r` goes to `targets[j] + r *
/// targetRowStride` of the image's target.
///
/// @param rows rows of the left operand and of the result
/// @param leftOffset first element of the left operand, whose rows are `taps.length` elements long
/// @param leftRowStride distance between its rows
/// @param targetRowStride distance between the rows of the result
record GatheredProduct(
    int rows,
    int leftOffset,
    int leftRowStride,
    int[] taps,
    int[] columns,
    int[] targets,
    int targetRowStride) {
  int k() {
    return taps.length;
  }

  /// Columns of one image.
  int width() {
    return columns.length;
  }
}
