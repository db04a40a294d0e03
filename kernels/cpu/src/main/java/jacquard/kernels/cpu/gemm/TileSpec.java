package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;

/// What distinguishes one micro-kernel from another.
///
/// @param element element type
/// @param width vector width
/// @param rows rows of the tile
/// @param vectors vectors in a row of the tile
/// @param kStep distance in A between k and k + 1: 1 reads rows of A in place, more reads a packed
///   panel `[k, kStep]`
record TileSpec(Element element, VectorWidth width, int rows, int vectors, int kStep) {
  int lanes() {
    return width.lanes(element.bytes());
  }

  /// Columns of the tile.
  int columns() {
    return vectors * lanes();
  }

  @Override
  public String toString() {
    return "%s tile %dx%d (%d bits, k step %d)"
        .formatted(element, rows, columns(), width.bits(), kStep);
  }
}
