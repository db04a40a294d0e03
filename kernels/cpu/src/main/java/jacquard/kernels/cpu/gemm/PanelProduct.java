package jacquard.kernels.cpu.gemm;

/// Multiplies tiles of rows, shared out as [TileShape#row] says, with one panel of B.
///
/// A worker's own: it needs memory at the edge of C.
public final class PanelProduct {
  private final KernelTable kernels;
  private final Scratch own;

  /// For one worker.
  ///
  /// @param kernels the micro-kernels
  /// @param own memory of the worker
  public PanelProduct(KernelTable kernels, Scratch own) {
    this.kernels = kernels;
    this.own = own;
  }

  /// Computes tiles `from .. to - 1`.
  ///
  /// @param element type of the elements
  /// @param inPlace whether A is read in place, and else from packed tiles
  /// @param rows rows of all tiles
  /// @param tiles number of all tiles
  /// @param from first tile
  /// @param to one past the last tile
  /// @param k length of the products, at least 1
  /// @param a array of A
  /// @param aOffset where tile `from` begins in A
  /// @param aStride distance between the rows of A if it is read in place, between tiles if not
  /// @param b a packed panel
  /// @param bOffset first element of the panel
  /// @param columns columns of the panel that C has
  /// @param c array of C
  /// @param cOffset element `[0, 0]` of tile `from` in C
  /// @param cRowStride distance between the rows of C
  /// @param adds whether the product is added to what C holds
  public void run(
      Element element,
      boolean inPlace,
      int rows,
      int tiles,
      int from,
      int to,
      int k,
      Object a,
      int aOffset,
      int aStride,
      Object b,
      int bOffset,
      int columns,
      Object c,
      int cOffset,
      int cRowStride,
      boolean adds) {
    int low = rows / tiles;
    int high = Math.clamp(rows - tiles * low, from, to);
    int lanes = kernels.width().lanes(element.bytes());
    int vectors = Blocking.ceilDiv(columns, lanes);
    int inside = columns / lanes * lanes;
    int left = aOffset;
    int target = cOffset;
    for (int first = from, end = high, height = low + 1;
        first < to;
        first = end, end = to, height = low) {
      int count = end - first;
      if (count == 0) {
        continue;
      }
      int lines = count * height;
      int tileStride = inPlace ? height * aStride : aStride;
      Object edge = c;
      if (inside < columns) {
        edge = own.array(element, Scratch.Use.EDGE, lines * lanes);
        if (adds) {
          copyEdge(
              element,
              c,
              target + inside,
              cRowStride,
              edge,
              element.lineStart(),
              lanes,
              lines,
              columns - inside);
        }
      }
      kernels
          .get(element, height, vectors, inPlace, inside < columns, adds)
          .run(
              count,
              k,
              a,
              left,
              inPlace ? aStride : 1,
              tileStride,
              b,
              bOffset,
              c,
              target,
              cRowStride,
              edge);
      if (inside < columns) {
        copyEdge(
            element,
            edge,
            element.lineStart(),
            lanes,
            c,
            target + inside,
            cRowStride,
            lines,
            columns - inside);
      }
      left += count * tileStride;
      target += lines * cRowStride;
    }
  }

  private static void copyEdge(
      Element element,
      Object from,
      int fromOffset,
      int fromStride,
      Object to,
      int toOffset,
      int toStride,
      int lines,
      int columns) {
    element
        .loops()
        .copy(from, fromOffset, fromStride, 1, to, toOffset, toStride, 1, lines, columns);
  }
}
