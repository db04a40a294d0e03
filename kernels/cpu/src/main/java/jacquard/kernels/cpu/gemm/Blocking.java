package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.Caches;
import org.jspecify.annotations.Nullable;

/// How a product is cut into tiles, panels and blocks: by a model, from its shape alone, or as
/// [Cuts] were measured. Reused from call to call.
final class Blocking {
  /// A panel of B, which stays in L1 with the tile of A and the lines of C that it meets; where A
  /// is transposed as it is packed, fewer blocks of k count for more than that all of it fits.
  private static final int PANEL_BYTES = 32 * 1024;

  private static final int LARGE_PANEL_BYTES = 48 * 1024;

  private static final int LONGEST_K = 768;

  /// Rows of a block. Packed tiles of a block stay in L2; where A is read in place, or in streams
  /// because its columns are contiguous, longer pieces count for more.
  private static final int BLOCK_ROWS = 72;

  private static final int LARGE_BLOCK_ROWS = 256;

  /// Elements of C in a block of rows, so that it stays in L2 for the epilogue.
  private static final int BLOCK_ELEMENTS = 48 * 1024;

  /// Columns up to which packing A costs more than the lower and wider tile that reads it in place.
  private static final int FEW_COLUMNS = 256;

  /// Elements of C that stay in L2 from one block of k to the next: then B is packed block by
  /// block, and its panels too are read from L2.
  private static final int RESIDENT_ELEMENTS = 256 * 1024;

  /// Elements of a C that is read again for each block of k if it has no more rows than B: that
  /// costs less than to read all of B for each block of rows.
  private static final int LARGEST_REREAD = 1024 * 1024;

  /// Largest packed B in elements.
  private static final int PACKED_ELEMENTS = 4 * 1024 * 1024;

  private final KernelTable kernels;
  private final Caches caches;

  /// Rows of C in a tile at most, rows, and tiles.
  int tileRows;

  private int rows;
  int tiles;

  /// Tiles in a block.
  int blockTiles;

  /// Lanes of a vector, vectors in a row of C, and panels of B; a panel is one tile wide.
  int lanes;

  private int columns;
  private int vectors;
  int panels;

  /// Panels that are packed at once.
  int panelsAtOnce;

  private int longestK;
  private int blockRows;
  private boolean byBlocks;
  private boolean apart;

  /// Longest block of k.
  int kBlock;

  /// Rows of B that are packed at once, a multiple of the block of k.
  int kAtOnce;

  /// Whether A is read in place.
  boolean inPlace;

  /// Whether blocks of rows are computed in memory of their own and copied to C: where C is too
  /// large to be in L2.
  boolean rowsApart;

  Blocking(KernelTable kernels, Caches caches) {
    this.kernels = kernels;
    this.caches = caches;
  }

  /// What is cut by a cut, or by the model without one.
  void plan(Product product, @Nullable Cut cut) {
    GemmShape shape = product.shape;
    rows = product.m;
    columns = shape.n();
    lanes = kernels.width().lanes(product.element.bytes());
    vectors = ceilDiv(columns, lanes);
    if (cut == null) {
      model(product);
    } else {
      inPlace = cut.inPlace();
      longestK = cut.longestK();
      blockRows = cut.blockRows();
      byBlocks = cut.byBlocks();
      apart = cut.rowsApart();
    }
    TileShape tile = tile();
    panels = ceilDiv(vectors, tile.vectors());
    tileRows = tile.rows();
    tiles = ceilDiv(rows, tileRows);
    int kBlocks = ceilDiv(shape.k(), longestK);
    kBlock = Math.min(shape.k(), (ceilDiv(shape.k(), kBlocks) + 7) & ~7);
    blockTiles = Math.max(1, blockRows / tileRows);
    kAtOnce = byBlocks ? kBlock : kBlock * kBlocks;
    rowsApart =
        apart && kAtOnce >= shape.k() && !product.accumulate && columns == shape.cRowStride();
    panelsAtOnce = Math.max(1, PACKED_ELEMENTS / (tile.vectors() * lanes * kAtOnce));
  }

  private TileShape tile() {
    return inPlace ? kernels.inPlaceShape() : kernels.shape();
  }

  private void model(Product product) {
    GemmShape shape = product.shape;
    int bytes = product.element.bytes();
    inPlace = shape.aColStride() == 1 && mayReadInPlace(columns);
    boolean streams = inPlace || shape.aRowStride() == 1;
    longestK = longestK(tile(), lanes, bytes, streams);
    int mostRows = streams ? LARGE_BLOCK_ROWS : BLOCK_ROWS;
    blockRows = Math.min(mostRows, Math.max(1, BLOCK_ELEMENTS / columns));
    long elements = (long) rows * columns;
    boolean readAgain = product.items == 1 && rows <= shape.k() && elements <= LARGEST_REREAD;
    byBlocks = elements <= RESIDENT_ELEMENTS || readAgain;
    apart = elements * bytes > caches.second() / 2;
  }

  /// Whether the last plan adds parts of the product to what C holds.
  boolean adds(Product product) {
    return product.accumulate || kBlock < product.shape.k();
  }

  /// Whether A may be read in place in a product of so many columns.
  static boolean mayReadInPlace(int columns) {
    return columns <= FEW_COLUMNS;
  }

  /// Longest block of k by the model.
  static int longestK(TileShape tile, int lanes, int bytes, boolean streams) {
    int panelBytes = streams ? PANEL_BYTES : LARGE_PANEL_BYTES;
    return Math.min(LONGEST_K, panelBytes / (bytes * tile.vectors() * lanes));
  }

  /// The cut of the last plan.
  Cut cut() {
    return new Cut(inPlace, longestK, blockRows, byBlocks, apart);
  }

  /// Whether a cut can be made of products of `shape`.
  static boolean isPossible(Cut cut, GemmShape shape) {
    return !cut.inPlace() || shape.aColStride() == 1;
  }

  /// Whether the other plan of the same product does the same.
  boolean isSamePlan(Blocking that) {
    return inPlace == that.inPlace
        && kBlock == that.kBlock
        && Math.min(blockTiles, tiles) == Math.min(that.blockTiles, tiles)
        && kAtOnce == that.kAtOnce
        && rowsApart == that.rowsApart;
  }

  /// First row of a tile.
  int row(int tile) {
    return TileShape.row(rows, tiles, tile);
  }

  /// First column of a panel: vectors are shared out evenly.
  int column(int panel) {
    return lanes * (int) ((long) vectors * panel / panels);
  }

  /// One past the last column of C in the panel before `panel`.
  int endColumn(int panel) {
    return Math.min(columns, column(panel));
  }

  /// Elements of packed B for one step of k over panels `from .. to - 1`.
  int packedWidth(int from, int to) {
    return column(to) - column(from);
  }

  static int ceilDiv(int x, int y) {
    return (x + y - 1) / y;
  }
}
