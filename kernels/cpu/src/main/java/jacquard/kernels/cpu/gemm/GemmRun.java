package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;
import org.jspecify.annotations.Nullable;

/// One product under way: the call's arguments, its blocking, and the parts that the workers run.
///
/// Reused from call to call, so that a call allocates nothing.
final class GemmRun {
  private static final int K_BLOCK = Integer.getInteger("kb", 384);
  private static final int ROWS_PER_BLOCK = Integer.getInteger("mb", 72);

  /// Elements of C in a block of rows, so that it stays in L2 for the epilogue.
  private static final int BLOCK_ELEMENTS = 48 * 1024;

  /// Largest packed B in elements.
  private static final int PACKED_ELEMENTS = 4 * 1024 * 1024;

  /// Floating-point operations worth a thread of their own: about 10 microseconds.
  private static final double FLOPS_PER_PART = 400_000;

  private final WorkerPool pool;
  private final KernelTable kernels;
  private final Scratch[] scratch;
  private final int caller;
  private final RangeBody packPart = this::packPanels;
  private final RangeBody rowPart = this::rows;
  private final RangeBody columnPart = this::columns;
  private final RangeBody itemPart = this::items;
  private final RangeBody epiloguePart = this::finishRows;
  private final RangeBody vectorPart = this::vectorRows;

  private Element element = Element.F32;
  private Loops loops = F32Loops.INSTANCE;
  private GemmShape shape = GemmShape.nn(0, 0, 0);
  private Object a = NOTHING;
  private Object b = NOTHING;
  private Object c = NOTHING;
  private int aOffset;
  private int bOffset;
  private int cOffset;
  private boolean accumulate;
  private @Nullable Epilogue epilogue;

  /// Batch dims folded into the rows, and what is left: rows of an item, items.
  private int folded;

  private int m;
  private int items;

  private int lanes;
  private int panelColumns;
  private int tiles;
  private int tilesPerBlock;
  private int kBlock;

  /// Item, columns and packed B of a phase that workers share.
  private int sharedItem;

  private int firstColumn;
  private int endColumn;
  private Object sharedPanels = NOTHING;

  private static final Object NOTHING = new float[0];

  GemmRun(WorkerPool pool, KernelTable kernels, Scratch[] scratch, int caller) {
    this.pool = pool;
    this.kernels = kernels;
    this.scratch = scratch;
    this.caller = caller;
  }

  void multiply(
      Element newElement,
      GemmShape newShape,
      Object newA,
      int newAOffset,
      Object newB,
      int newBOffset,
      Object newC,
      int newCOffset,
      boolean newAccumulate,
      @Nullable Epilogue newEpilogue) {
    element = newElement;
    loops = element.loops();
    shape = newShape;
    a = newA;
    b = newB;
    c = newC;
    aOffset = newAOffset;
    bOffset = newBOffset;
    cOffset = newCOffset;
    accumulate = newAccumulate;
    epilogue = newEpilogue;
    folded = shape.batch().foldableDims(shape.m(), shape.aRowStride(), shape.cRowStride());
    int rest = shape.batch().countOfLast(folded);
    m = shape.m() * rest;
    items = rest == 0 ? 0 : shape.batch().count() / rest;
    try {
      if (m > 0 && shape.n() > 0 && items > 0) {
        run();
      }
    } finally {
      a = NOTHING;
      b = NOTHING;
      c = NOTHING;
      sharedPanels = NOTHING;
      epilogue = null;
    }
  }

  private void run() {
    if (shape.k() == 0 || m == 1 || shape.n() == 1) {
      int units = items * vectorLength();
      double flops = 2.0 * shape.k() + 1;
      pool.parallelFor(units, grain(flops), vectorPart);
      finishAll();
      return;
    }
    plan();
    if (items > 1) {
      double flops = 2.0 * m * shape.n() * shape.k() / tiles;
      pool.parallelFor(items * tiles, grain(flops), itemPart);
      return;
    }
    int panels = ceilDiv(shape.n(), panelColumns);
    if (tiles < pool.threads() && panels > tiles) {
      sharedItem = 0;
      double flops = 2.0 * m * panelColumns * shape.k();
      pool.parallelFor(panels, grain(flops), columnPart);
      finishAll();
      return;
    }
    sharedItem = 0;
    int chunk = columnsPerChunk();
    for (firstColumn = 0; firstColumn < shape.n(); firstColumn = endColumn) {
      endColumn = Math.min(shape.n(), firstColumn + chunk);
      sharedPanels = panels(caller, endColumn - firstColumn);
      pool.parallelFor(
          ceilDiv(endColumn - firstColumn, panelColumns),
          grain(8.0 * panelColumns * shape.k()),
          packPart);
      pool.parallelFor(
          tiles, grain(2.0 * m * (endColumn - firstColumn) * shape.k() / tiles), rowPart);
    }
  }

  /// Blocking, from the shape alone.
  private void plan() {
    TileShape tile = kernels.shape();
    lanes = kernels.width().lanes(element.bytes());
    panelColumns = tile.vectors() * lanes;
    tiles = ceilDiv(m, tile.rows());
    int rowsPerBlock = Math.min(ROWS_PER_BLOCK, Math.max(1, BLOCK_ELEMENTS / shape.n()));
    tilesPerBlock = Math.max(1, rowsPerBlock / tile.rows());
    int kBlocks = ceilDiv(shape.k(), K_BLOCK);
    kBlock = Math.min(shape.k(), (ceilDiv(shape.k(), kBlocks) + 7) & ~7);
  }

  private int columnsPerChunk() {
    int panels = Math.max(1, PACKED_ELEMENTS / (panelColumns * shape.k()));
    return panels * panelColumns;
  }

  private static int grain(double flopsPerItem) {
    return (int) Math.max(1, Math.min(1 << 30, FLOPS_PER_PART / flopsPerItem));
  }

  private static int ceilDiv(int x, int y) {
    return (x + y - 1) / y;
  }

  private Object panels(int worker, int columns) {
    int padded = ceilDiv(columns, lanes) * lanes;
    return scratch[worker].array(
        element, Scratch.Use.B_PANELS, Math.multiplyExact(padded, shape.k()));
  }

  /// Phase: packs panels `from .. to - 1` of the shared columns.
  private void packPanels(int from, int to, int worker) {
    int first = firstColumn + from * panelColumns;
    int end = Math.min(endColumn, firstColumn + to * panelColumns);
    pack(sharedItem, sharedPanels, firstColumn, endColumn, first, end);
  }

  /// Phase: computes tiles `from .. to - 1` over the shared columns.
  private void rows(int from, int to, int worker) {
    tiles(sharedItem, from, to, firstColumn, endColumn, sharedPanels, worker);
  }

  /// Phase: computes all rows of panels `from .. to - 1`, for few rows and many columns.
  private void columns(int from, int to, int worker) {
    int end = Math.min(shape.n(), to * panelColumns);
    int chunk = columnsPerChunk();
    for (int first = from * panelColumns; first < end; first += chunk) {
      int last = Math.min(end, first + chunk);
      Object packed = panels(worker, last - first);
      pack(sharedItem, packed, first, last, first, last);
      tilesOfColumns(sharedItem, 0, tiles, first, last, packed, worker);
    }
  }

  /// Phase: computes tiles `from .. to - 1`, counted through all items; each worker packs B for
  /// itself.
  private void items(int from, int to, int worker) {
    int chunk = columnsPerChunk();
    for (int item = from / tiles; item * tiles < to; item++) {
      int firstTile = Math.max(0, from - item * tiles);
      int endTile = Math.min(tiles, to - item * tiles);
      for (int first = 0; first < shape.n(); first += chunk) {
        int last = Math.min(shape.n(), first + chunk);
        Object packed = panels(worker, last - first);
        pack(item, packed, first, last, first, last);
        tiles(item, firstTile, endTile, first, last, packed, worker);
      }
    }
  }

  /// Packs columns `from .. to - 1` of B into `packed`, which holds columns `first .. end - 1`, for
  /// all of k.
  private void pack(int item, Object packed, int first, int end, int from, int to) {
    int origin = bOffset + shape.batch().bOffset(item, folded);
    int padded = ceilDiv(end - first, lanes) * lanes;
    for (int p = 0; p < shape.k(); p += kBlock) {
      int k = Math.min(kBlock, shape.k() - p);
      for (int j = from; j < to; j += panelColumns) {
        int columns = Math.min(panelColumns, to - j);
        int width = ceilDiv(columns, lanes) * lanes;
        loops.pack(
            b,
            origin + p * shape.bRowStride() + j * shape.bColStride(),
            shape.bRowStride(),
            shape.bColStride(),
            k,
            columns,
            packed,
            element.lineStart() + p * padded + (j - first) * k,
            width);
      }
    }
  }

  /// Tiles of one item over packed columns, with the epilogue when the last columns are done.
  private void tiles(int item, int from, int to, int first, int end, Object packed, int worker) {
    for (int block = from; block < to; block += tilesPerBlock) {
      int blockEnd = Math.min(to, block + tilesPerBlock);
      tilesOfColumns(item, block, blockEnd, first, end, packed, worker);
      if (end == shape.n()) {
        finish(item, tileRow(block), tileRow(blockEnd), worker);
      }
    }
  }

  private int tileRow(int tile) {
    return (int) ((long) m * tile / tiles);
  }

  private void tilesOfColumns(
      int item, int from, int to, int first, int end, Object packed, int worker) {
    int aOrigin = aOffset + shape.batch().aOffset(item, folded);
    int cOrigin = cOffset + shape.batch().cOffset(item, folded);
    int padded = ceilDiv(end - first, lanes) * lanes;
    for (int p = 0; p < shape.k(); p += kBlock) {
      int k = Math.min(kBlock, shape.k() - p);
      block(
          from,
          to,
          aOrigin + p * shape.aColStride(),
          k,
          packed,
          element.lineStart() + p * padded,
          cOrigin + first,
          end - first,
          accumulate || p > 0,
          scratch[worker]);
    }
  }

  /// One block of k: tiles `from .. to - 1` times all packed panels.
  private void block(
      int from,
      int to,
      int aOrigin,
      int k,
      Object packed,
      int packedOffset,
      int cOrigin,
      int columns,
      boolean add,
      Scratch own) {
    TileShape tile = kernels.shape();
    boolean inPlace = tile.readsRows() && shape.aColStride() == 1;
    int tileSize = tileSize(k);
    Object left = inPlace ? a : packTiles(from, to, aOrigin, k, own);
    int low = m / tiles;
    for (int j = 0; j < columns; j += panelColumns) {
      int width = Math.min(panelColumns, columns - j);
      int vectors = ceilDiv(width, lanes);
      boolean exact = width == vectors * lanes;
      MicroKernel tall = kernels.get(element, Math.min(tile.rows(), low + 1), vectors, inPlace);
      MicroKernel flat = low == 0 ? tall : kernels.get(element, low, vectors, inPlace);
      int panel = packedOffset + j * k;
      for (int t = from; t < to; t++) {
        int row = tileRow(t);
        int rows = tileRow(t + 1) - row;
        MicroKernel kernel = rows == low ? flat : tall;
        int leftOffset =
            inPlace
                ? aOrigin + row * shape.aRowStride()
                : element.lineStart() + (t - from) * tileSize;
        int leftStride = inPlace ? shape.aRowStride() : 1;
        int target = cOrigin + row * shape.cRowStride() + j;
        if (exact) {
          kernel.run(
              k,
              left,
              leftOffset,
              leftStride,
              packed,
              panel,
              add ? c : element.zeros(),
              add ? target : 0,
              add ? shape.cRowStride() : 0,
              c,
              target,
              shape.cRowStride());
        } else {
          edge(
              kernel,
              k,
              left,
              leftOffset,
              leftStride,
              packed,
              panel,
              target,
              rows,
              width,
              add,
              own);
        }
      }
    }
  }

  /// A tile that is wider than what is left of C: computed beside it.
  private void edge(
      MicroKernel kernel,
      int k,
      Object left,
      int leftOffset,
      int leftStride,
      Object packed,
      int panel,
      int target,
      int rows,
      int width,
      boolean add,
      Scratch own) {
    Object tile = own.array(element, Scratch.Use.EDGE, rows * panelColumns);
    int start = element.lineStart();
    int stride = panelColumns;
    if (add) {
      loops.copy(c, target, shape.cRowStride(), 1, tile, start, stride, 1, rows, width);
    }
    kernel.run(
        k,
        left,
        leftOffset,
        leftStride,
        packed,
        panel,
        add ? tile : element.zeros(),
        add ? start : 0,
        add ? stride : 0,
        tile,
        start,
        stride);
    loops.copy(tile, start, stride, 1, c, target, shape.cRowStride(), 1, rows, width);
  }

  /// Distance between packed tiles of A: off powers of two, so that they don't meet in the same
  /// sets of L1.
  private int tileSize(int k) {
    return k * kernels.shape().panelStep() + 16;
  }

  /// Packs tiles `from .. to - 1` of A for one block of k.
  private Object packTiles(int from, int to, int aOrigin, int k, Scratch own) {
    int step = kernels.shape().panelStep();
    int size = tileSize(k);
    Object packed = own.array(element, Scratch.Use.A_TILES, (to - from) * size);
    if (shape.aRowStride() == 1) {
      int[] starts = own.starts(to - from + 1);
      for (int t = from; t <= to; t++) {
        starts[t - from] = tileRow(t);
      }
      loops.packTiles(
          a,
          aOrigin,
          shape.aColStride(),
          starts,
          to - from,
          k,
          packed,
          element.lineStart(),
          size,
          step);
      return packed;
    }
    for (int t = from; t < to; t++) {
      int row = tileRow(t);
      loops.pack(
          a,
          aOrigin + row * shape.aRowStride(),
          shape.aColStride(),
          shape.aRowStride(),
          k,
          tileRow(t + 1) - row,
          packed,
          element.lineStart() + (t - from) * size,
          step);
    }
    return packed;
  }

  /// Length of the result of a matrix-vector product, or the rows of a product over an empty k.
  private int vectorLength() {
    return m == 1 ? shape.n() : m;
  }

  /// Phase: results `from .. to - 1` of the matrix-vector products, counted through all items.
  private void vectorRows(int from, int to, int worker) {
    int length = vectorLength();
    for (int item = from / length; item * length < to; item++) {
      int first = Math.max(0, from - item * length);
      int count = Math.min(length, to - item * length) - first;
      int aOrigin = aOffset + shape.batch().aOffset(item, folded);
      int bOrigin = bOffset + shape.batch().bOffset(item, folded);
      int cOrigin = cOffset + shape.batch().cOffset(item, folded);
      if (shape.k() == 0) {
        if (!accumulate) {
          boolean row = m == 1;
          int target = cOrigin + first * (row ? 1 : shape.cRowStride());
          loops.zero(c, target, shape.cRowStride(), row ? 1 : count, row ? count : shape.n());
        }
      } else if (m == 1) {
        loops.matrixVector(
            count,
            shape.k(),
            b,
            bOrigin + first * shape.bColStride(),
            shape.bColStride(),
            shape.bRowStride(),
            a,
            aOrigin,
            shape.aColStride(),
            c,
            cOrigin + first,
            1,
            accumulate,
            scratch[worker]);
      } else {
        loops.matrixVector(
            count,
            shape.k(),
            a,
            aOrigin + first * shape.aRowStride(),
            shape.aRowStride(),
            shape.aColStride(),
            b,
            bOrigin,
            shape.bRowStride(),
            c,
            cOrigin + first * shape.cRowStride(),
            shape.cRowStride(),
            accumulate,
            scratch[worker]);
      }
    }
  }

  private void finishAll() {
    if (epilogue != null) {
      pool.parallelFor(items * m, grain(16.0 * shape.n()), epiloguePart);
    }
  }

  /// Phase: the epilogue of rows `from .. to - 1`, counted through all items.
  private void finishRows(int from, int to, int worker) {
    for (int item = from / m; item * m < to; item++) {
      finish(item, Math.max(0, from - item * m), Math.min(m, to - item * m), worker);
    }
  }

  /// Hands rows to the epilogue, under the caller's numbers of batch item and row.
  private void finish(int item, int from, int to, int worker) {
    Epilogue finisher = epilogue;
    if (finisher == null) {
      return;
    }
    int rows = shape.m();
    int perItem = m / rows;
    for (int row = from; row < to; ) {
      int part = row / rows;
      int end = Math.min(to, (part + 1) * rows);
      finisher.rows(item * perItem + part, row - part * rows, end - part * rows, worker);
      row = end;
    }
  }
}
