package jacquard.kernels.cpu.gemm;

/// Multiplies tiles of rows with packed panels of B: one worker's part of a product.
final class TileLoop {
  private static final Object NOTHING = new float[0];

  private final Product product;
  private final Blocking blocking;
  private final KernelTable kernels;
  private final Scratch own;
  private final PanelProduct tiles;

  /// Where the rows of C under way are, and the index of its element `[0, 0]` there, which may lie
  /// before the array if that holds later rows alone.
  private Object rows = NOTHING;

  private int rowsOrigin;

  TileLoop(Product product, Blocking blocking, KernelTable kernels, Scratch own) {
    this.product = product;
    this.blocking = blocking;
    this.kernels = kernels;
    this.own = own;
    tiles = new PanelProduct(kernels, own);
  }

  /// Lets go of the caller's arrays.
  void release() {
    rows = NOTHING;
  }

  /// Room for packed panels `from .. to - 1`, for as much of k as is packed at once.
  Object panels(int from, int to) {
    int width = blocking.packedWidth(from, to);
    return own.array(
        product.element, Scratch.Use.B_PANELS, Math.multiplyExact(width, blocking.kAtOnce));
  }

  /// Packs panels `from .. to - 1` of B into `packed`, which holds panels `first .. end - 1` of
  /// [Blocking#kAtOnce] rows from `kFrom` on: `[k block][panel][k][columns of the panel]`.
  void pack(int item, Object packed, int kFrom, int first, int end, int from, int to) {
    GemmShape shape = product.shape;
    int origin = product.bOrigin(item);
    int width = blocking.packedWidth(first, end);
    int kTo = Math.min(shape.k(), kFrom + blocking.kAtOnce);
    for (int p = kFrom; p < kTo; p += blocking.kBlock) {
      int k = Math.min(blocking.kBlock, kTo - p);
      int start = product.element.lineStart() + (p - kFrom) * width;
      if (shape.bColStride() == 1) {
        int[] starts = own.starts(to - from + 1);
        for (int j = from; j <= to; j++) {
          starts[j - from] = blocking.column(j);
        }
        product.loops.packPanels(
            product.b,
            origin + p * shape.bRowStride(),
            shape.bRowStride(),
            starts,
            to - from,
            shape.n(),
            k,
            packed,
            start + (blocking.column(from) - blocking.column(first)) * k);
        continue;
      }
      for (int j = from; j < to; j++) {
        int column = blocking.column(j);
        product.loops.packPadded(
            product.b,
            origin + p * shape.bRowStride() + column * shape.bColStride(),
            shape.bRowStride(),
            shape.bColStride(),
            k,
            blocking.endColumn(j + 1) - column,
            packed,
            start + (column - blocking.column(first)) * k,
            blocking.column(j + 1) - column);
      }
    }
  }

  /// Tiles `from .. to - 1` over packed panels `first .. end - 1` for the rows of B from `kFrom`
  /// on, with the epilogue if these are the last ones.
  void run(int item, int from, int to, Object packed, int kFrom, int first, int end, int worker) {
    boolean finishes = end == blocking.panels && kFrom + blocking.kAtOnce >= product.shape.k();
    boolean apart = blocking.rowsApart && finishes && first == 0 && kFrom == 0;
    for (int block = from; block < to; block += blocking.blockTiles) {
      int blockEnd = Math.min(to, block + blocking.blockTiles);
      if (apart) {
        runApart(item, block, blockEnd, packed, worker);
        continue;
      }
      run(item, block, blockEnd, packed, kFrom, first, end);
      if (finishes) {
        product.finish(item, blocking.row(block), blocking.row(blockEnd), worker);
      }
    }
  }

  /// A block of tiles over all of B, in memory that is in the cache already. Tiles would write a
  /// line in each of a hundred rows before they come to the next ones, which the processor can't
  /// foresee, and wait for memory each time; whole rows are copied at the speed of memory.
  private void runApart(int item, int from, int to, Object packed, int worker) {
    GemmShape shape = product.shape;
    int row = blocking.row(from);
    int size = (blocking.row(to) - row) * shape.n();
    int line = product.element.lineStart();
    rows = own.array(product.element, Scratch.Use.ROWS, size);
    rowsOrigin = line - row * shape.n();
    multiply(item, from, to, packed, 0, 0, blocking.panels);
    if (product.keepsResult()) {
      System.arraycopy(rows, line, product.c, product.cOrigin(item) + row * shape.n(), size);
    }
    product.finish(item, row, blocking.row(to), worker, rows, line);
  }

  /// The same without the epilogue, and without blocks of rows.
  void run(int item, int from, int to, Object packed, int kFrom, int first, int end) {
    rows = product.c;
    rowsOrigin = product.cOrigin(item);
    multiply(item, from, to, packed, kFrom, first, end);
  }

  private void multiply(int item, int from, int to, Object packed, int kFrom, int first, int end) {
    GemmShape shape = product.shape;
    int aOrigin = product.aOrigin(item);
    int width = blocking.packedWidth(first, end);
    int kTo = Math.min(shape.k(), kFrom + blocking.kAtOnce);
    for (int p = kFrom; p < kTo; p += blocking.kBlock) {
      int k = Math.min(blocking.kBlock, kTo - p);
      int aStart = aOrigin + p * shape.aColStride();
      Object left = blocking.inPlace ? product.a : packTiles(from, to, aStart, k);
      int start = product.element.lineStart() + (p - kFrom) * width;
      int row = blocking.row(from);
      int leftStart =
          blocking.inPlace ? aStart + row * shape.aRowStride() : product.element.lineStart();
      int leftStride = blocking.inPlace ? shape.aRowStride() : tileSize(k);
      for (int j = first; j < end; j++) {
        int column = blocking.column(j);
        tiles.run(
            product.element,
            blocking.inPlace,
            product.m,
            blocking.tiles,
            from,
            to,
            k,
            left,
            leftStart,
            leftStride,
            packed,
            start + (column - blocking.column(first)) * k,
            blocking.endColumn(j + 1) - column,
            rows,
            rowsOrigin + column + row * shape.cRowStride(),
            shape.cRowStride(),
            product.accumulate || p > 0);
      }
    }
  }

  /// Distance between packed tiles of A: off powers of two, so that they don't meet in the same
  /// sets of L1.
  private int tileSize(int k) {
    return k * kernels.shape().panelStep() + 16;
  }

  /// Packs tiles `from .. to - 1` of A for one block of k.
  private Object packTiles(int from, int to, int aStart, int k) {
    GemmShape shape = product.shape;
    Loops loops = product.loops;
    int step = kernels.shape().panelStep();
    int size = tileSize(k);
    int line = product.element.lineStart();
    Object packed = own.array(product.element, Scratch.Use.A_TILES, (to - from) * size);
    if (shape.aRowStride() == 1) {
      int[] starts = own.starts(to - from + 1);
      for (int t = from; t <= to; t++) {
        starts[t - from] = blocking.row(t);
      }
      loops.packTiles(
          product.a, aStart, shape.aColStride(), starts, to - from, k, packed, line, size, step);
      return packed;
    }
    for (int t = from; t < to; t++) {
      int row = blocking.row(t);
      loops.packPadded(
          product.a,
          aStart + row * shape.aRowStride(),
          shape.aColStride(),
          shape.aRowStride(),
          k,
          blocking.row(t + 1) - row,
          packed,
          line + (t - from) * size,
          step);
    }
    return packed;
  }
}
