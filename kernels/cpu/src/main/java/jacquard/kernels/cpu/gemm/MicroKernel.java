package jacquard.kernels.cpu.gemm;

/// Tiles of a matrix product, one below the other: `C[rows, width] = A[rows, k] · B[k, width]` for
/// each, or `C += A · B`, as the kernel is one or the other.
///
/// All arrays are `float[]` or all `double[]`. Offsets and strides are in elements. Each element of
/// C is one chain of fused multiply-adds in the order of k, from 0 or from what C holds, so every
/// kernel for a shape, vector or scalar, whatever its tile, gives the same bits.
@FunctionalInterface
public interface MicroKernel {
  /// Computes tiles. The rows of C of the next one follow those of the one before.
  ///
  /// @param tiles number of tiles, at least 1
  /// @param k length of the products, at least 1
  /// @param a array of A
  /// @param aOffset element `[0, 0]` of A of the first tile
  /// @param aRowStride distance between the rows of A, 1 where A is packed; the kernel's form fixes
  ///   the distance along k
  /// @param aTileStride distance in A from one tile to the next
  /// @param b a packed panel, `[k, width]` without gaps, the same for all tiles
  /// @param bOffset first element of the panel
  /// @param c array of C
  /// @param cOffset element `[0, 0]` of the first tile in C
  /// @param cRowStride distance between the rows of C
  /// @param edge for a kernel with an edge: holds the last vector of each row in place of C, which
  ///   is not that wide; a vector a row from [Element#lineStart()] on. Others ignore it
  void run(
      int tiles,
      int k,
      Object a,
      int aOffset,
      int aRowStride,
      int aTileStride,
      Object b,
      int bOffset,
      Object c,
      int cOffset,
      int cRowStride,
      Object edge);
}
