package jacquard.kernels.cpu.gemm;

/// One tile of a matrix product: `C[rows, width] = start[rows, width] + A[rows, k] · B[k, width]`.
///
/// `start` is C itself to accumulate, a few zeros with row stride 0 to overwrite, or a bias with
/// row stride 0.
///
/// All arrays are `float[]` or all `double[]`. Offsets and strides are in elements. Each element of
/// C is one chain of fused multiply-adds in the order of k, so every kernel for a shape, vector or
/// scalar, whatever its tile, gives the same bits.
@FunctionalInterface
public interface MicroKernel {
  /// Computes the tile.
  ///
  /// @param k length of the products, at least 1
  /// @param a array of A
  /// @param aOffset element `[0, 0]` of A
  /// @param aRowStride distance between the rows of A; the kernel's form fixes the distance along k
  /// @param b a packed panel, `[k, width]` without gaps
  /// @param bOffset first element of the panel
  /// @param start what the sums begin with, `[rows, width]`; its columns lie side by side, as those
  ///   of C
  /// @param startOffset element `[0, 0]` of `start`
  /// @param startRowStride distance between the rows of `start`, may be 0
  /// @param c array of C
  /// @param cOffset element `[0, 0]` of the tile in C
  /// @param cRowStride distance between the rows of C
  /// @param edge for a kernel with an edge: takes the last vector of each row in place of C, which
  ///   is not that wide; a vector a row from [Element#lineStart()] on. Others ignore it
  void run(
      int k,
      Object a,
      int aOffset,
      int aRowStride,
      Object b,
      int bOffset,
      Object start,
      int startOffset,
      int startRowStride,
      Object c,
      int cOffset,
      int cRowStride,
      Object edge);

  /// For kernels without an edge.
  ///
  /// @param k length of the products, at least 1
  /// @param a array of A
  /// @param aOffset element `[0, 0]` of A
  /// @param aRowStride distance between the rows of A
  /// @param b a packed panel, `[k, width]` without gaps
  /// @param bOffset first element of the panel
  /// @param start what the sums begin with, `[rows, width]`
  /// @param startOffset element `[0, 0]` of `start`
  /// @param startRowStride distance between the rows of `start`, may be 0
  /// @param c array of C
  /// @param cOffset element `[0, 0]` of the tile in C
  /// @param cRowStride distance between the rows of C
  default void run(
      int k,
      Object a,
      int aOffset,
      int aRowStride,
      Object b,
      int bOffset,
      Object start,
      int startOffset,
      int startRowStride,
      Object c,
      int cOffset,
      int cRowStride) {
    run(
        k,
        a,
        aOffset,
        aRowStride,
        b,
        bOffset,
        start,
        startOffset,
        startRowStride,
        c,
        cOffset,
        cRowStride,
        c);
  }
}
