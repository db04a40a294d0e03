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
/// @param edge whether C is narrower than the tile: then the last vector of each row lies beside it
/// @param adds whether the product is added to what C holds, and else written over it
record TileSpec(
    Element element,
    VectorWidth width,
    int rows,
    int vectors,
    int kStep,
    boolean edge,
    boolean adds) {

  int lanes() {
    return width.lanes(element.bytes());
  }

  /// Columns of the tile.
  int columns() {
    return vectors * lanes();
  }

  @Override
  public String toString() {
    return "%s tile %dx%d (%d bits, k step %d%s%s)"
        .formatted(
            element,
            rows,
            columns(),
            width.bits(),
            kStep,
            edge ? ", edge" : "",
            adds ? ", added" : "");
  }
}
