package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.Caches;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;
import org.jspecify.annotations.Nullable;

/// One product under way: which parts there are, and which worker runs them.
///
/// Reused from call to call, so that a call allocates nothing.
final class GemmRun {
  private static final Object NOTHING = new float[0];

  private final WorkerPool pool;
  private final KernelTable kernels;
  private final int caller;
  private final Product product = new Product();
  private final Blocking blocking;
  private final @Nullable Cuts cuts;
  private final TileLoop[] tileLoops;
  private final VectorProduct[] vectorProducts;
  private final RangeBody packPart = this::packPanels;
  private final RangeBody rowPart = this::rows;
  private final RangeBody columnPart = this::columns;
  private final RangeBody itemPart = this::items;
  private final RangeBody epiloguePart = this::finishRows;
  private final RangeBody vectorPart = this::vectors;

  /// Panels and first row of B that workers share, and where they are packed.
  private int firstPanel;

  private int firstK;

  private int endPanel;
  private Object sharedPanels = NOTHING;

  /// @param cuts finds the fastest way for products; null to leave it to the model
  GemmRun(
      WorkerPool pool,
      KernelTable kernels,
      Caches caches,
      @Nullable Cuts cuts,
      Scratch[] scratch,
      int caller) {
    this.pool = pool;
    this.kernels = kernels;
    this.cuts = cuts;
    this.caller = caller;
    blocking = new Blocking(kernels, caches);
    tileLoops = new TileLoop[scratch.length];
    vectorProducts = new VectorProduct[scratch.length];
    for (int worker = 0; worker < scratch.length; worker++) {
      tileLoops[worker] = new TileLoop(product, blocking, kernels, scratch[worker]);
      vectorProducts[worker] = new VectorProduct(product, scratch[worker]);
    }
  }

  void multiply(
      Element element,
      GemmShape shape,
      Object a,
      int aOffset,
      Object b,
      int bOffset,
      Object c,
      int cOffset,
      boolean accumulate,
      @Nullable Epilogue epilogue) {
    product.set(element, shape, a, aOffset, b, bOffset, c, cOffset, accumulate, epilogue);
    try {
      if (product.m > 0 && shape.n() > 0 && product.items > 0) {
        run(shape);
      }
    } finally {
      product.release();
      sharedPanels = NOTHING;
      for (TileLoop loop : tileLoops) {
        loop.release();
      }
    }
  }

  private void run(GemmShape shape) {
    if (VectorProduct.fits(product)) {
      int units = product.items * VectorProduct.length(product);
      pool.parallelFor(
          units, Grain.ofProduct(2.0 * shape.k() * Math.min(4, product.m) + 1), vectorPart);
      finishAll();
      return;
    }
    Cuts tuner = cuts;
    CutTrial trial = tuner == null ? null : tuner.trial(product);
    if (tuner == null || trial == null) {
      blocking.plan(product, null);
      tiles(shape);
    } else if (trial.isSettled()) {
      blocking.plan(product, trial.best());
      tiles(shape);
    } else {
      measured(shape, tuner, trial);
    }
  }

  /// A call that a trial learns from.
  private void measured(GemmShape shape, Cuts tuner, CutTrial trial) {
    Cut cut = trial.cut();
    boolean ready = tuner.areReady(product, cut);
    blocking.plan(product, ready ? cut : trial.best());
    long start = System.nanoTime();
    tiles(shape);
    if (ready) {
      trial.took(System.nanoTime() - start);
    } else {
      trial.wasNotReady();
    }
    if (trial.isSettled()) {
      tuner.settled(product, trial);
    }
  }

  private void tiles(GemmShape shape) {
    int tiles = blocking.tiles;
    double flops = 2.0 * product.m * shape.n() * shape.k();
    boolean adds = blocking.adds(product);
    double all = flops * product.items;
    kernels.prepare(product.element, blocking.inPlace, product.m, adds, all, pool);
    if (product.items > 1) {
      pool.parallelFor(product.items * tiles, Grain.ofProduct(flops / tiles), itemPart);
      return;
    }
    int panels = blocking.panels;
    if (tiles < pool.threads() && panels > tiles) {
      pool.parallelFor(panels, Grain.ofProduct(flops / panels), columnPart);
      finishAll();
      return;
    }
    double share = (double) blocking.kAtOnce / shape.k();
    for (firstPanel = 0; firstPanel < panels; firstPanel = endPanel) {
      endPanel = Math.min(panels, firstPanel + blocking.panelsAtOnce);
      int count = endPanel - firstPanel;
      sharedPanels = tileLoops[caller].panels(firstPanel, endPanel);
      for (firstK = 0; firstK < shape.k(); firstK += blocking.kAtOnce) {
        double packing = 8.0 * shape.n() * blocking.kAtOnce / panels;
        pool.parallelFor(count, Grain.ofCopy(packing), packPart);
        pool.parallelFor(tiles, Grain.ofProduct(flops * share * count / panels / tiles), rowPart);
      }
    }
  }

  /// Phase: packs panels `from .. to - 1` of the shared ones.
  private void packPanels(int from, int to, int worker) {
    int first = firstPanel + from;
    tileLoops[worker].pack(0, sharedPanels, firstK, firstPanel, endPanel, first, firstPanel + to);
  }

  /// Phase: computes tiles `from .. to - 1` over the shared panels.
  private void rows(int from, int to, int worker) {
    tileLoops[worker].run(0, from, to, sharedPanels, firstK, firstPanel, endPanel, worker);
  }

  /// Phase: computes all rows of panels `from .. to - 1`, for few rows and many columns.
  private void columns(int from, int to, int worker) {
    TileLoop loop = tileLoops[worker];
    for (int first = from; first < to; first += blocking.panelsAtOnce) {
      int end = Math.min(to, first + blocking.panelsAtOnce);
      Object packed = loop.panels(first, end);
      for (int k = 0; k < product.shape.k(); k += blocking.kAtOnce) {
        loop.pack(0, packed, k, first, end, first, end);
        loop.run(0, 0, blocking.tiles, packed, k, first, end);
      }
    }
  }

  /// Phase: computes tiles `from .. to - 1`, counted through all items. Each worker packs B for
  /// itself, once for consecutive items that share it.
  private void items(int from, int to, int worker) {
    TileLoop loop = tileLoops[worker];
    int tiles = blocking.tiles;
    boolean whole =
        blocking.panelsAtOnce >= blocking.panels && blocking.kAtOnce >= product.shape.k();
    int packedOrigin = -1;
    for (int item = from / tiles; item * tiles < to; item++) {
      int firstTile = Math.max(0, from - item * tiles);
      int endTile = Math.min(tiles, to - item * tiles);
      for (int first = 0; first < blocking.panels; first += blocking.panelsAtOnce) {
        int end = Math.min(blocking.panels, first + blocking.panelsAtOnce);
        Object packed = loop.panels(first, end);
        int origin = product.bOrigin(item);
        for (int k = 0; k < product.shape.k(); k += blocking.kAtOnce) {
          if (!whole || origin != packedOrigin) {
            loop.pack(item, packed, k, first, end, first, end);
            packedOrigin = origin;
          }
          loop.run(item, firstTile, endTile, packed, k, first, end, worker);
        }
      }
    }
  }

  /// Phase: results `from .. to - 1` of matrix-vector products, counted through all items.
  private void vectors(int from, int to, int worker) {
    vectorProducts[worker].run(from, to);
  }

  private void finishAll() {
    if (product.hasEpilogue()) {
      int rows = product.items * product.m;
      pool.parallelFor(rows, Grain.ofCopy(16.0 * product.shape.n()), epiloguePart);
    }
  }

  /// Phase: the epilogue of rows `from .. to - 1`, counted through all items.
  private void finishRows(int from, int to, int worker) {
    int m = product.m;
    for (int item = from / m; item * m < to; item++) {
      product.finish(item, Math.max(0, from - item * m), Math.min(m, to - item * m), worker);
    }
  }
}
