package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import org.jspecify.annotations.Nullable;

/// The micro-kernels of one vector width, found by tile without hashing.
public final class KernelTable {
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
    this.slots = new Object[Element.values().length * 4 * (mostRows + 1) * (mostVectors + 1)];
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
    int variant = element.ordinal() * 4 + (readsRows ? 2 : 0) + (edge ? 1 : 0);
    int slot = (variant * (mostRows + 1) + rows) * (mostVectors + 1) + vectors;
    Object found = slots[slot];
    if (found == null) {
      int kStep = readsRows ? 1 : shape.panelStep();
      TileSpec tile = new TileSpec(element, width, rows, vectors, kStep, edge);
      found = vectorOnly ? Kernels.vector(tile) : Kernels.tiered(tile);
      slots[slot] = found;
    }
    return found instanceof TieredKernel tiered ? tiered.active() : (MicroKernel) found;
  }
}
