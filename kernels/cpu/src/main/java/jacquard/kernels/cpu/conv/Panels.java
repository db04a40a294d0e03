package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.PanelProduct;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.gemm.TileShape;

/// Products of a left operand that is packed into tiles with a panel that is gathered row by row:
/// what one worker needs for them.
final class Panels {
  private final KernelTable kernels;
  private final Scratch scratch = new Scratch();
  private final PanelProduct products;
  private final int[] runs;

  /// What was read so that it is in the cache.
  double touched;

  private Element element = Element.F32;
  private Loops loops = element.loops();
  private int lanes;
  private int columns;
  private Object panel = element.nothing();
  private Object images = panel;
  private Object results = panel;

  Panels(KernelTable kernels) {
    this.kernels = kernels;
    products = new PanelProduct(kernels, scratch);
    int widest = kernels.shape().vectors() * kernels.width().lanes(Float.BYTES);
    runs = new int[3 * widest];
  }

  Scratch scratch() {
    return scratch;
  }

  /// Prepares for panels of up to `depth` rows.
  void use(Element newElement, int depth) {
    element = newElement;
    loops = element.loops();
    lanes = kernels.width().lanes(element.bytes());
    columns = columns(kernels, element);
    panel = scratch.array(element, Scratch.Use.B_PANELS, (depth + 1) * columns);
  }

  /// Names a block of images and its results.
  void use(Object newImages, Object newResults) {
    images = newImages;
    results = newResults;
  }

  /// The block of images under way, which begins at [Element#lineStart()].
  Object images() {
    return images;
  }

  /// Its results.
  Object results() {
    return results;
  }

  /// Columns of a full panel.
  static int columns(KernelTable kernels, Element element) {
    return kernels.shape().vectors() * kernels.width().lanes(element.bytes());
  }

  /// Tiles that rows of a left operand are split into.
  static int tiles(KernelTable kernels, int rows) {
    return Math.ceilDiv(rows, kernels.shape().rows());
  }

  /// First row of a tile: heights differ by one at most.
  static int tileRow(int rows, int tiles, int tile) {
    return TileShape.row(rows, tiles, tile);
  }

  /// Elements of a packed tile: its steps, and slack for the vector that packs the last one.
  static int tileSize(KernelTable kernels, int depth) {
    return depth * kernels.shape().panelStep() + 16;
  }

  /// Packs `depth` steps of all tiles that `rows` are split into, each a row of `from`.
  ///
  /// @param stride elements from one step to the next
  /// @param tileSize elements from one tile to the next
  void pack(
      Object from,
      int offset,
      int stride,
      int rows,
      int depth,
      Object to,
      int toOffset,
      int tileSize) {
    int tiles = tiles(kernels, rows);
    int[] starts = scratch.starts(tiles + 1);
    for (int tile = 0; tile <= tiles; tile++) {
      starts[tile] = tileRow(rows, tiles, tile);
    }
    int step = kernels.shape().panelStep();
    loops.packTiles(from, offset, stride, starts, tiles, depth, to, toOffset, tileSize, step);
  }

  /// Copies rows into the panel, at its row `at`: row `i` is the `count` elements at `base +
  /// offsets[first + i]`.
  void gather(Object source, int base, int[] offsets, int first, int k, int at, int count) {
    int width = width(count);
    int longest = loops.runLength();
    int found = 0;
    for (int j = 0; j < width; j += longest) {
      runs[3 * found] = j;
      runs[3 * found + 1] = j;
      runs[3 * found + 2] = Math.min(longest, width - j);
      found++;
    }
    loops.gather(
        source,
        base,
        offsets,
        first,
        k,
        runs,
        found,
        panel,
        element.lineStart() + at * width,
        width);
  }

  /// Sets rows of the panel to zero.
  void zero(int at, int k, int count) {
    int width = width(count);
    loops.zero(panel, element.lineStart() + at * width, 0, 1, k * width);
  }

  private int width(int count) {
    return Math.ceilDiv(count, lanes) * lanes;
  }

  /// The panel that [#gather] fills; it begins at [Element#lineStart()].
  Object panel() {
    return panel;
  }

  /// Multiplies tiles with `k` rows of a panel.
  ///
  /// @param left tiles, `tileSize` elements apart, from step `firstStep`
  /// @param count columns of the panel, whose rows are whole vectors; the result is written in
  ///   whole vectors
  /// @param add whether to add to the result
  void multiply(
      Object left,
      int leftOffset,
      int tileSize,
      int firstStep,
      int rows,
      int fromTile,
      int toTile,
      int k,
      Object right,
      int rightOffset,
      int count,
      Object result,
      int resultOffset,
      int rowStride,
      boolean add) {
    int tiles = tiles(kernels, rows);
    products.run(
        element,
        false,
        rows,
        tiles,
        fromTile,
        toTile,
        k,
        left,
        leftOffset + firstStep * kernels.shape().panelStep() + fromTile * tileSize,
        tileSize,
        right,
        rightOffset,
        Math.ceilDiv(count, lanes) * lanes,
        result,
        resultOffset + tileRow(rows, tiles, fromTile) * rowStride,
        rowStride,
        add);
  }
}
