package jacquard.kernels.cpu.gemm;

/// Products with a single row or column, with a few rows and a transposed B, or with an empty k: no
/// tiles, and nothing to pack.
final class VectorProduct {
  /// Rows up to which dot products, whose sums are added up lane by lane, are cheaper than to pack
  /// a transposed B.
  private static final int FEW_ROWS = 4;

  /// Elements of B that stay in L1 from one row of A to the next.
  private static final int CHUNK_ELEMENTS = 6 * 1024;

  private final Product product;
  private final Scratch own;

  VectorProduct(Product product, Scratch own) {
    this.product = product;
    this.own = own;
  }

  static boolean fits(Product product) {
    GemmShape shape = product.shape;
    return shape.k() == 0 || shape.n() == 1 || isRows(product);
  }

  private static boolean isRows(Product product) {
    GemmShape shape = product.shape;
    return product.m == 1
        || (product.m <= FEW_ROWS
            && shape.n() > 1
            && shape.bRowStride() == 1
            && shape.aColStride() == 1);
  }

  /// Columns of one item, or its rows if there is one column or k is empty.
  static int length(Product product) {
    return isRows(product) ? product.shape.n() : product.m;
  }

  /// Results `from .. to - 1`, counted through all items.
  void run(int from, int to) {
    int length = length(product);
    for (int item = from / length; item * length < to; item++) {
      int first = Math.max(0, from - item * length);
      int count = Math.min(length, to - item * length) - first;
      if (product.shape.k() == 0) {
        clear(item, first, count);
      } else if (isRows(product)) {
        rows(item, first, count);
      } else {
        column(item, first, count);
      }
    }
  }

  private void clear(int item, int first, int count) {
    if (!product.accumulate) {
      boolean rows = isRows(product);
      int stride = product.shape.cRowStride();
      int target = product.cOrigin(item) + first * (rows ? 1 : stride);
      int columns = rows ? count : product.shape.n();
      product.loops.zero(product.c, target, stride, rows ? product.m : count, columns);
    }
  }

  private void rows(int item, int first, int count) {
    GemmShape shape = product.shape;
    int chunk = product.m == 1 ? count : Math.max(16, (CHUNK_ELEMENTS / shape.k()) & -16);
    for (int from = first; from < first + count; from += chunk) {
      int some = Math.min(chunk, first + count - from);
      for (int row = 0; row < product.m; row++) {
        product.loops.matrixVector(
            some,
            shape.k(),
            product.b,
            product.bOrigin(item) + from * shape.bColStride(),
            shape.bColStride(),
            shape.bRowStride(),
            product.a,
            product.aOrigin(item) + row * shape.aRowStride(),
            shape.aColStride(),
            product.c,
            product.cOrigin(item) + row * shape.cRowStride() + from,
            1,
            product.accumulate,
            own);
      }
    }
  }

  private void column(int item, int first, int count) {
    GemmShape shape = product.shape;
    product.loops.matrixVector(
        count,
        shape.k(),
        product.a,
        product.aOrigin(item) + first * shape.aRowStride(),
        shape.aRowStride(),
        shape.aColStride(),
        product.b,
        product.bOrigin(item),
        shape.bRowStride(),
        product.c,
        product.cOrigin(item) + first * shape.cRowStride(),
        shape.cRowStride(),
        product.accumulate,
        own);
  }
}
