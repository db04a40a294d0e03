package jacquard.kernels.cpu.gemm;

import java.util.Arrays;

/// The batch dims of a matrix product: sizes, and for each operand the distance in elements between
/// neighbours.
///
/// A stride of 0 shares one matrix among the items of a dim. Item `i` of the batch counts in
/// row-major order.
public final class Batch {
  /// No batch dims: a single product.
  public static final Batch NONE = new Batch(new int[0], new int[0], new int[0], new int[0]);

  private static final int MAX_RANK = 6;

  private final int[] dims;
  private final int[] aStrides;
  private final int[] bStrides;
  private final int[] cStrides;
  private final int count;

  private Batch(int[] dims, int[] aStrides, int[] bStrides, int[] cStrides) {
    this.dims = dims;
    this.aStrides = aStrides;
    this.bStrides = bStrides;
    this.cStrides = cStrides;
    int product = 1;
    for (int dim : dims) {
      product = Math.multiplyExact(product, dim);
    }
    count = product;
  }

  /// Batch dims with the strides of A, B and C along each.
  ///
  /// @param dims size of each dim
  /// @param aStrides elements from one of A's matrices to the next along each dim, 0 to share one
  /// @param bStrides the same for B
  /// @param cStrides the same for C
  /// @return the batch
  /// @throws IllegalArgumentException for unequal lengths, more than 6 dims or a negative dim
  public static Batch of(int[] dims, int[] aStrides, int[] bStrides, int[] cStrides) {
    int rank = dims.length;
    if (rank > MAX_RANK
        || aStrides.length != rank
        || bStrides.length != rank
        || cStrides.length != rank) {
      throw new IllegalArgumentException(
          "gemm: batch has %d dims and %d, %d, %d strides, expected at most %d of each, as many"
                  .formatted(rank, aStrides.length, bStrides.length, cStrides.length, MAX_RANK)
              + " strides as dims");
    }
    for (int dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "gemm: batch dims " + Arrays.toString(dims) + ", expected none negative");
      }
    }
    return new Batch(dims.clone(), aStrides.clone(), bStrides.clone(), cStrides.clone());
  }

  /// `count` items at fixed distances.
  ///
  /// @param count number of items
  /// @param aStride elements from one of A's matrices to the next, 0 to share one
  /// @param bStride the same for B
  /// @param cStride the same for C
  /// @return a batch of rank 1
  public static Batch of(int count, int aStride, int bStride, int cStride) {
    return of(new int[] {count}, new int[] {aStride}, new int[] {bStride}, new int[] {cStride});
  }

  /// {@return number of batch dims, 0 to 6}
  public int rank() {
    return dims.length;
  }

  /// {@return number of items: the product of the dims, 1 without any}
  public int count() {
    return count;
  }

  /// {@return offset of A's matrix of item `index`, in elements}
  ///
  /// @param index number of the item, row-major over the dims
  public int aOffset(int index) {
    return offset(index, dims.length, aStrides);
  }

  /// {@return offset of B's matrix of item `index`, in elements}
  ///
  /// @param index number of the item, row-major over the dims
  public int bOffset(int index) {
    return offset(index, dims.length, bStrides);
  }

  /// {@return offset of C's matrix of item `index`, in elements}
  ///
  /// @param index number of the item, row-major over the dims
  public int cOffset(int index) {
    return offset(index, dims.length, cStrides);
  }

  /// How many of the last dims make one tall matrix: B is shared along them, and the rows of A and
  /// of C go on at the same distance from one item to the next.
  int foldableDims(int m, int aRowStride, int cRowStride) {
    long rows = m;
    int folded = 0;
    for (int d = dims.length - 1; d >= 0; d--) {
      boolean fits =
          bStrides[d] == 0 && aStrides[d] == rows * aRowStride && cStrides[d] == rows * cRowStride;
      if (!fits && dims[d] != 1) {
        break;
      }
      rows *= dims[d];
      folded++;
    }
    return folded;
  }

  /// Number of items over the last `folded` dims.
  int countOfLast(int folded) {
    int product = 1;
    for (int d = dims.length - folded; d < dims.length; d++) {
      product *= dims[d];
    }
    return product;
  }

  /// Offset of A for an index over all but the last `folded` dims; likewise [#bOffset(int,int)] and
  /// [#cOffset(int,int)].
  int aOffset(int index, int folded) {
    return offset(index, dims.length - folded, aStrides);
  }

  int bOffset(int index, int folded) {
    return offset(index, dims.length - folded, bStrides);
  }

  int cOffset(int index, int folded) {
    return offset(index, dims.length - folded, cStrides);
  }

  private int offset(int index, int rank, int[] strides) {
    int rest = index;
    int offset = 0;
    for (int d = rank - 1; d >= 0; d--) {
      offset += rest % dims[d] * strides[d];
      rest /= dims[d];
    }
    return offset;
  }

  /// Smallest (`sign` -1) or largest (`sign` 1) offset that the strides reach; 0 without items.
  private long extreme(int[] strides, int sign) {
    long offset = 0;
    for (int d = 0; d < dims.length; d++) {
      long reach = (long) Math.max(0, dims[d] - 1) * strides[d];
      offset += reach * sign > 0 ? reach : 0;
    }
    return offset;
  }

  long aExtreme(int sign) {
    return extreme(aStrides, sign);
  }

  long bExtreme(int sign) {
    return extreme(bStrides, sign);
  }

  long cExtreme(int sign) {
    return extreme(cStrides, sign);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Batch batch
        && Arrays.equals(dims, batch.dims)
        && Arrays.equals(aStrides, batch.aStrides)
        && Arrays.equals(bStrides, batch.bStrides)
        && Arrays.equals(cStrides, batch.cStrides);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(dims)
        + 17 * Arrays.hashCode(aStrides)
        + 7 * Arrays.hashCode(bStrides)
        + Arrays.hashCode(cStrides);
  }

  @Override
  public String toString() {
    return "batch %s, strides %s %s %s"
        .formatted(
            Arrays.toString(dims),
            Arrays.toString(aStrides),
            Arrays.toString(bStrides),
            Arrays.toString(cStrides));
  }
}
