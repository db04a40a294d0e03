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
        new Object[Element.values().length * VARIANTS * 2 * (mostRows + 1) * (mostVectors + 1)];
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

  /// {@return the fastest form that is ready of a tile of `rows` by `vectors`}
  ///
  /// @param element type of the elements
  /// @param rows rows of the tile
  /// @param vectors vectors in a row of the tile
  /// @param readsRows whether A is read in place, and else from a packed panel
  public MicroKernel get(Element element, int rows, int vectors, boolean readsRows) {
    return get(element, rows, vectors, readsRows, false);
  }

  /// @param edge whether C is narrower than the tile
  MicroKernel get(Element element, int rows, int vectors, boolean readsRows, boolean edge) {
    return readsRows
        ? get(element, rows, vectors, ROWS, 1, edge)
        : get(element, rows, vectors, TILES, shape.panelStep(), edge);
  }

  /// {@return the fastest form that is ready of a tile that reads its A from a panel as wide as
  /// those of B}
  ///
  /// @param element type of the elements
  /// @param rows rows of the tile
  /// @param vectors vectors in a row of the tile
  public MicroKernel ofPanels(Element element, int rows, int vectors) {
    return get(element, rows, vectors, PANELS, vectors * width.lanes(element.bytes()), false);
  }

  /// Asks for the highest tiles if a product of so many `flops` is to come that [#prepare] would
  /// wait for them.
  ///
  /// @param element type of the elements
  /// @param readsRows whether A is read in place, and else from a packed panel
  /// @param flops floating-point operations of the product
  public void expect(Element element, boolean readsRows, double flops) {
    if (flops >= WORTH_WAITING && KernelWarmer.compiles(width)) {
      for (int rows = leastRows(readsRows); rows <= shape(readsRows).rows(); rows++) {
        if (tile(element, readsRows, rows) instanceof TieredKernel tiered
            && !expected.contains(tiered)) {
          expectedUntil = System.nanoTime() + MOST_WAITING_NANOS;
          expected.add(tiered);
        }
      }
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

  /// Before a product of so many `flops`: if that is much, waits until the highest tiles, most of
  /// its work, are compiled, and lets the workers of a step rest. Plain loops would take as long
  /// and keep the compiler from its processor. All waiting for this table's kernels has a limit; a
  /// busy machine goes on with plain loops then.
  ///
  /// @param element type of the elements
  /// @param readsRows whether A is read in place, and else from a packed panel
  /// @param flops floating-point operations of the product
  /// @param pool whose workers would spin meanwhile, and keep the compiler from its processor
  public void prepare(Element element, boolean readsRows, double flops, WorkerPool pool) {
    if (flops >= WORTH_WAITING && patience.get() > 0 && !areReady(element, readsRows)) {
      pool.rest(() -> await(element, readsRows));
    }
  }

  private void await(Element element, boolean readsRows) {
    long last = System.nanoTime();
    while (patience.get() > 0 && !areReady(element, readsRows)) {
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

  /// Asks for tiles of the two greatest heights, between which rows are shared out; true if they
  /// are compiled, or if they never will be.
  boolean areReady(Element element, boolean readsRows) {
    boolean ready = true;
    for (int rows = leastRows(readsRows); rows <= shape(readsRows).rows(); rows++) {
      Object kernel = tile(element, readsRows, rows);
      ready &= !(kernel instanceof TieredKernel tiered) || tiered.isReady();
    }
    return ready || !KernelWarmer.compiles(width);
  }

  private TileShape shape(boolean readsRows) {
    return readsRows ? inPlaceShape : shape;
  }

  private int leastRows(boolean readsRows) {
    return Math.max(1, shape(readsRows).rows() - 1);
  }

  private Object tile(Element element, boolean readsRows, int rows) {
    int vectors = shape(readsRows).vectors();
    return readsRows
        ? find(element, rows, vectors, ROWS, 1, false)
        : find(element, rows, vectors, TILES, shape.panelStep(), false);
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
    return listing(new TileSpec(element, width, rows, vectors, kStep, edge));
  }

  /// The same of a kernel from [#ofPanels].
  ///
  /// @param element type of the elements
  /// @param rows rows of the tile
  /// @param vectors vectors in a row of the tile
  /// @return code and lines as of [#listing]
  public String listingOfPanels(Element element, int rows, int vectors) {
    int kStep = vectors * width.lanes(element.bytes());
    return listing(new TileSpec(element, width, rows, vectors, kStep));
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
      Element element, int rows, int vectors, int form, int kStep, boolean edge) {
    Object found = find(element, rows, vectors, form, kStep, edge);
    return found instanceof TieredKernel tiered ? tiered.active() : (MicroKernel) found;
  }

  private Object find(Element element, int rows, int vectors, int form, int kStep, boolean edge) {
    int variant = (element.ordinal() * VARIANTS + form) * 2 + (edge ? 1 : 0);
    int slot = (variant * (mostRows + 1) + rows) * (mostVectors + 1) + vectors;
    Object found = slots[slot];
    if (found == null) {
      TileSpec tile = new TileSpec(element, width, rows, vectors, kStep, edge);
      found = vectorOnly ? Kernels.vector(tile) : Kernels.tiered(tile);
      slots[slot] = found;
    }
    return found;
  }
}
