package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The micro-kernels of one vector width, found by tile without hashing.
public final class KernelTable {
  /// Where A comes from: tiles of its own, rows in place, or a panel like those of B.
  private static final int TILES = 0;

  private static final int ROWS = 1;
  private static final int PANELS = 2;
  private static final int VARIANTS = 3;

  /// Operations that take plain loops some 50 to 100 ms: as long as a kernel needs to get compiled,
  /// if it has the processor.
  private static final double WORTH_WAITING = 100e6;

  private static final long MOST_WAITING_NANOS = 3_000_000_000L;

  private final VectorWidth width;
  private final boolean vectorOnly;
  private final TileShape shape;
  private final TileShape inPlaceShape;
  private final int mostRows;
  private final int mostVectors;
  private final @Nullable Object[] slots;

  /// Tiles that products to come will wait for.
  private final List<TieredKernel> expected = new CopyOnWriteArrayList<>();

  private volatile long expectedUntil;
  private final AtomicLong patience = new AtomicLong(MOST_WAITING_NANOS);

  /// Without kernels at first: each is made when it is asked for.
  ///
  /// @param width width of the vectors
  /// @param vectorOnly for tests: the vector forms at once, compiled or not
  public KernelTable(VectorWidth width, boolean vectorOnly) {
    this.width = width;
    this.vectorOnly = vectorOnly;
    this.shape = TileShape.of(width);
    this.inPlaceShape = TileShape.inPlace(width);
    this.mostRows = Math.max(shape.rows(), inPlaceShape.rows());
    this.mostVectors = Math.max(shape.vectors(), inPlaceShape.vectors());
    this.slots =
        new Object[Element.values().length * VARIANTS * 4 * (mostRows + 1) * (mostVectors + 1)];
  }

  /// {@return the largest tile}
  public TileShape shape() {
    return shape;
  }

  /// The largest tile of kernels that read A in place.
  TileShape inPlaceShape() {
    return inPlaceShape;
  }

  /// {@return width of the vectors}
  public VectorWidth width() {
    return width;
  }

  /// The fastest form that is ready of a tile of `rows` by `vectors`.
  ///
  /// @param readsRows whether A is read in place, and else from a packed panel
  /// @param edge whether C is narrower than the tile
  /// @param adds whether the product is added to C
  MicroKernel get(
      Element element, int rows, int vectors, boolean readsRows, boolean edge, boolean adds) {
    return readsRows
        ? get(element, rows, vectors, ROWS, 1, edge, adds)
        : get(element, rows, vectors, TILES, shape.panelStep(), edge, adds);
  }

  /// {@return the fastest form that is ready of a tile that reads its A from a panel as wide as
  /// those of B}
  ///
  /// @param element type of the elements
  /// @param rows rows of the tile
  /// @param vectors vectors in a row of the tile
  /// @param adds whether the product is added to C
  public MicroKernel ofPanels(Element element, int rows, int vectors, boolean adds) {
    int kStep = vectors * width.lanes(element.bytes());
    return get(element, rows, vectors, PANELS, kStep, false, adds);
  }

  /// Asks for the tiles of full width that a product needs, if so many `flops` are to come that
  /// [#prepare] would wait for them.
  ///
  /// @param element type of the elements
  /// @param readsRows whether A is read in place, and else from a packed panel
  /// @param rows rows that are shared out among tiles
  /// @param adds whether parts of the product are added to others
  /// @param flops floating-point operations of the product
  public void expect(Element element, boolean readsRows, int rows, boolean adds, double flops) {
    if (flops < WORTH_WAITING || !KernelWarmer.compiles(width)) {
      return;
    }
    for (int height = low(readsRows, rows); height <= high(readsRows, rows); height++) {
      expect(tile(element, readsRows, height, false));
      if (adds) {
        expect(tile(element, readsRows, height, true));
      }
    }
  }

  private void expect(Object kernel) {
    if (kernel instanceof TieredKernel tiered && !expected.contains(tiered)) {
      expectedUntil = System.nanoTime() + MOST_WAITING_NANOS;
      expected.add(tiered);
    }
  }

  /// {@return whether tiles that were expected are still to be compiled, and may be waited for}
  public boolean isAwaiting() {
    for (TieredKernel kernel : expected) {
      if (!kernel.isReady()) {
        return System.nanoTime() - expectedUntil < 0;
      }
    }
    return false;
  }

  /// Before a product of so many `flops`: if that is much, waits until the tiles of full width,
  /// most of its work, are compiled, and lets the workers of a step rest. Plain loops would take as
  /// long and keep the compiler from its processor. All waiting for this table's kernels has a
  /// limit; a busy machine goes on with plain loops then.
  ///
  /// @param element type of the elements
  /// @param readsRows whether A is read in place, and else from a packed panel
  /// @param rows rows that are shared out among tiles
  /// @param adds whether parts of the product are added to others
  /// @param flops floating-point operations of the product
  /// @param pool whose workers would spin meanwhile, and keep the compiler from its processor
  public void prepare(
      Element element, boolean readsRows, int rows, boolean adds, double flops, WorkerPool pool) {
    if (flops >= WORTH_WAITING && patience.get() > 0 && !areReady(element, readsRows, rows, adds)) {
      pool.rest(() -> await(element, readsRows, rows, adds));
    }
  }

  private void await(Element element, boolean readsRows, int rows, boolean adds) {
    long last = System.nanoTime();
    while (patience.get() > 0 && !areReady(element, readsRows, rows, adds)) {
      try {
        TimeUnit.MILLISECONDS.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      long now = System.nanoTime();
      patience.addAndGet(last - now);
      last = now;
    }
  }

  /// How long [#prepare] may still wait.
  long patienceNanos() {
    return patience.get();
  }

  /// Asks for the tiles of full width among which rows are shared out; true if they are compiled,
  /// or if they never will be.
  boolean areReady(Element element, boolean readsRows, int rows, boolean adds) {
    boolean ready = true;
    for (int height = low(readsRows, rows); height <= high(readsRows, rows); height++) {
      ready &= isReady(tile(element, readsRows, height, false));
      ready &= !adds || isReady(tile(element, readsRows, height, true));
    }
    return ready || !KernelWarmer.compiles(width);
  }

  private static boolean isReady(Object kernel) {
    return !(kernel instanceof TieredKernel tiered) || tiered.isReady();
  }

  private TileShape shape(boolean readsRows) {
    return readsRows ? inPlaceShape : shape;
  }

  /// Height of the lower ones of the tiles among which rows are shared out.
  private int low(boolean readsRows, int rows) {
    return rows / tiles(readsRows, rows);
  }

  private int high(boolean readsRows, int rows) {
    return Math.ceilDiv(rows, tiles(readsRows, rows));
  }

  private int tiles(boolean readsRows, int rows) {
    return Math.ceilDiv(rows, shape(readsRows).rows());
  }

  private Object tile(Element element, boolean readsRows, int rows, boolean adds) {
    int vectors = shape(readsRows).vectors();
    return readsRows
        ? find(element, rows, vectors, ROWS, 1, false, adds)
        : find(element, rows, vectors, TILES, shape.panelStep(), false, adds);
  }

  /// {@return the generated code of a tile as text that reads like Java, below lines that name the
  /// tile; parameters as of [#get]}
  ///
  /// @param element type of the elements
  /// @param rows rows of the tile
  /// @param vectors vectors in a row of the tile
  /// @param readsRows whether A is read in place, and else from a packed panel
  /// @param edge whether of the form for the right edge of C
  public String listing(Element element, int rows, int vectors, boolean readsRows, boolean edge) {
    int kStep = readsRows ? 1 : shape.panelStep();
    return listing(new TileSpec(element, width, rows, vectors, kStep, edge, false));
  }

  /// The same of a kernel from [#ofPanels].
  ///
  /// @param element type of the elements
  /// @param rows rows of the tile
  /// @param vectors vectors in a row of the tile
  /// @return code and lines as of [#listing]
  public String listingOfPanels(Element element, int rows, int vectors) {
    int kStep = vectors * width.lanes(element.bytes());
    return listing(new TileSpec(element, width, rows, vectors, kStep, false, false));
  }

  private static String listing(TileSpec tile) {
    return """
    // %s, generated; plain loops in its place until it is compiled: %s.tile
    %s\
    """
        .formatted(
            tile,
            tile.element().loops().getClass().getName(),
            MicroKernelWriter.listing(tile, CodeForm.of(tile).getFirst()));
  }

  private MicroKernel get(
      Element element, int rows, int vectors, int form, int kStep, boolean edge, boolean adds) {
    Object found = find(element, rows, vectors, form, kStep, edge, adds);
    return found instanceof TieredKernel tiered ? tiered.active() : (MicroKernel) found;
  }

  private Object find(
      Element element, int rows, int vectors, int form, int kStep, boolean edge, boolean adds) {
    int variant = (element.ordinal() * VARIANTS + form) * 4 + (edge ? 2 : 0) + (adds ? 1 : 0);
    int slot = (variant * (mostRows + 1) + rows) * (mostVectors + 1) + vectors;
    Object found = slots[slot];
    if (found == null) {
      TileSpec tile = new TileSpec(element, width, rows, vectors, kStep, edge, adds);
      found = vectorOnly ? Kernels.vector(tile) : Kernels.tiered(tile);
      slots[slot] = found;
    }
    return found;
  }
}
