package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import org.jspecify.annotations.Nullable;

/// The micro-kernels of one vector width, found by tile without hashing.
public final class KernelTable {
  /// Where A comes from: tiles of its own, rows in place, or a panel like those of B.
  private static final int TILES = 0;

  private static final int ROWS = 1;
  private static final int PANELS = 2;
  private static final int VARIANTS = 3;

  private final VectorWidth width;
  private final boolean vectorOnly;
  private final TileShape shape;
  private final TileShape inPlaceShape;
  private final int mostRows;
  private final int mostVectors;
  private final @Nullable Object[] slots;

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

  /// The largest tile.
  public TileShape shape() {
    return shape;
  }

  /// The largest tile of kernels that read A in place.
  TileShape inPlaceShape() {
    return inPlaceShape;
  }

  public VectorWidth width() {
    return width;
  }

  /// The fastest form that is ready of a tile of `rows` by `vectors`.
  ///
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

  /// The fastest form that is ready of a tile that reads its A from a panel as wide as those of B.
  public MicroKernel ofPanels(Element element, int rows, int vectors) {
    return get(element, rows, vectors, PANELS, vectors * width.lanes(element.bytes()), false);
  }

  private MicroKernel get(
      Element element, int rows, int vectors, int form, int kStep, boolean edge) {
    int variant = (element.ordinal() * VARIANTS + form) * 2 + (edge ? 1 : 0);
    int slot = (variant * (mostRows + 1) + rows) * (mostVectors + 1) + vectors;
    Object found = slots[slot];
    if (found == null) {
      TileSpec tile = new TileSpec(element, width, rows, vectors, kStep, edge);
      found = vectorOnly ? Kernels.vector(tile) : Kernels.tiered(tile);
      slots[slot] = found;
    }
    return found instanceof TieredKernel tiered ? tiered.active() : (MicroKernel) found;
  }
}
