package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import org.jspecify.annotations.Nullable;

/// The micro-kernels of one vector width, found by tile without hashing.
public final class KernelTable {
  private final VectorWidth width;
  private final boolean vectorOnly;
  private final TileShape shape;
  private final @Nullable Object[] slots;

  /// @param vectorOnly for tests: the vector forms at once, compiled or not
  public KernelTable(VectorWidth width, boolean vectorOnly) {
    this.width = width;
    this.vectorOnly = vectorOnly;
    this.shape = TileShape.of(width);
    this.slots =
        new Object[Element.values().length * 2 * (shape.rows() + 1) * (shape.vectors() + 1)];
  }

  public TileShape shape() {
    return shape;
  }

  public VectorWidth width() {
    return width;
  }

  /// The fastest form that is ready of a tile of `rows` by `vectors`.
  ///
  /// @param readsRows whether A is read in place, and else from a packed panel
  public MicroKernel get(Element element, int rows, int vectors, boolean readsRows) {
    int variant = element.ordinal() * 2 + (readsRows ? 1 : 0);
    int slot = (variant * (shape.rows() + 1) + rows) * (shape.vectors() + 1) + vectors;
    Object found = slots[slot];
    if (found == null) {
      int kStep = readsRows ? 1 : shape.panelStep();
      TileSpec tile = new TileSpec(element, width, rows, vectors, kStep);
      found = vectorOnly ? Kernels.vector(tile) : Kernels.tiered(tile);
      slots[slot] = found;
    }
    return found instanceof TieredKernel tiered ? tiered.active() : (MicroKernel) found;
  }
}
