package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.PanelProduct;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.gemm.TileShape;

/// What one thread needs to compute panels of a [GatheredProduct]: a panel is as many columns as a
/// tile is wide.
final class PanelWorker {
  /// Longest part of a product that is gathered at once: the panel and a tile of the left operand
  /// stay in L1.
  private static final int K_BLOCK = 320;

  private final KernelTable kernels;
  private final Scratch scratch = new Scratch();
  private final PanelProduct products;
  private final int[] runs;
  private final int[] columnSources;
  private final int[] columnTargets;

  /// What was read so that it is in the cache.
  double touched;

  private Element element = Element.F32;
  private Loops loops = element.loops();
  private int lanes;

  PanelWorker(KernelTable kernels) {
    this.kernels = kernels;
    products = new PanelProduct(kernels, scratch);
    int widest = kernels.shape().vectors() * kernels.width().lanes(Float.BYTES);
    runs = new int[3 * widest];
    columnSources = new int[widest];
    columnTargets = new int[widest];
  }

  Scratch scratch() {
    return scratch;
  }

  void use(Element newElement) {
    element = newElement;
    loops = element.loops();
    lanes = kernels.width().lanes(element.bytes());
  }

  /// Columns of a panel.
  static int panelColumns(KernelTable kernels, Element element) {
    return kernels.shape().vectors() * kernels.width().lanes(element.bytes());
  }

  static int kBlock(int k) {
    int blocks = (k + K_BLOCK - 1) / K_BLOCK;
    return Math.min(k, ((k + blocks - 1) / blocks + 7) & ~7);
  }

  static int tiles(KernelTable kernels, int rows) {
    return (rows + kernels.shape().rows() - 1) / kernels.shape().rows();
  }

  /// Elements of the left operand of `product` packed into tiles.
  static int packedSize(KernelTable kernels, GatheredProduct product) {
    return tiles(kernels, product.rows()) * product.k() * kernels.shape().panelStep();
  }

  /// Packs a left operand into tiles: `[k block][tile][k][step]`, where kernels can't read it in
  /// place.
  void packLeft(GatheredProduct product, Object left, int leftOffset, Object packed, int offset) {
    int step = kernels.shape().panelStep();
    int tiles = tiles(kernels, product.rows());
    int kBlock = kBlock(product.k());
    for (int p = 0; p < product.k(); p += kBlock) {
      int k = Math.min(kBlock, product.k() - p);
      for (int t = 0; t < tiles; t++) {
        int row = TileShape.row(product.rows(), tiles, t);
        loops.pack(
            left,
            leftOffset + row * product.leftRowStride() + p,
            1,
            product.leftRowStride(),
            k,
            TileShape.row(product.rows(), tiles, t + 1) - row,
            packed,
            offset + p * tiles * step + t * k * step,
            step);
      }
    }
  }

  /// Computes columns `first .. first + count - 1` of a product, counted through images of
  /// [GatheredProduct#width()] columns, for the rows of tiles `fromTile .. toTile - 1`.
  ///
  /// @param left the left operand at `leftOffset`: rows in place, or packed by [#packLeft]
  /// @param source copies of the images, `sourceImage` elements apart
  /// @param target results of the images, `targetImage` elements apart
  /// @param add whether to add to the target
  void panel(
      GatheredProduct product,
      Object left,
      int leftOffset,
      Object source,
      int sourceOffset,
      int sourceImage,
      Object target,
      int targetOffset,
      int targetImage,
      int first,
      int count,
      int fromTile,
      int toTile,
      boolean add) {
    int panel = panelColumns(kernels, element);
    int vectors = (count + lanes - 1) / lanes;
    int width = vectors * lanes;
    boolean direct = locate(product, sourceImage, targetImage, first, count) && count == width;
    int runCount = runs(count);
    int kBlock = kBlock(product.k());
    TileShape tile = kernels.shape();
    int tiles = tiles(kernels, product.rows());
    int firstRow = TileShape.row(product.rows(), tiles, fromTile);
    int rows = TileShape.row(product.rows(), tiles, toTile) - firstRow;
    int start = element.lineStart();
    Object packed = scratch.array(element, Scratch.Use.B_PANELS, kBlock * panel + panel);
    Object out = target;
    int outOffset = targetOffset + columnTargets[0] + firstRow * product.targetRowStride();
    int outStride = product.targetRowStride();
    if (!direct) {
      out = scratch.array(element, Scratch.Use.EDGE, rows * panel + panel);
      outOffset = start;
      outStride = width;
      if (add) {
        scatter(product, target, targetOffset, firstRow, rows, count, out, start, width, false);
      }
    }
    for (int p = 0; p < product.k(); p += kBlock) {
      int k = Math.min(kBlock, product.k() - p);
      loops.gather(
          source, sourceOffset, product.taps(), p, k, runs, runCount, packed, start, width);
      products.run(
          element,
          tile.readsRows(),
          product.rows(),
          tiles,
          fromTile,
          toTile,
          k,
          left,
          tile.readsRows()
              ? leftOffset + firstRow * product.leftRowStride() + p
              : leftOffset + (p * tiles + fromTile * k) * tile.panelStep(),
          tile.readsRows() ? product.leftRowStride() : k * tile.panelStep(),
          packed,
          start,
          width,
          out,
          outOffset,
          outStride,
          add || p > 0);
    }
    if (!direct) {
      scatter(product, target, targetOffset, firstRow, rows, count, out, start, width, true);
    }
  }

  /// Looks up where the columns read and write; true if they write neighbouring elements.
  private boolean locate(
      GatheredProduct product, int sourceImage, int targetImage, int first, int count) {
    boolean contiguous = true;
    int image = first / product.width();
    int column = first - image * product.width();
    for (int j = 0; j < count; j++) {
      columnSources[j] = image * sourceImage + product.columns()[column];
      columnTargets[j] = image * targetImage + product.targets()[column];
      contiguous &= columnTargets[j] == columnTargets[0] + j;
      if (++column == product.width()) {
        column = 0;
        image++;
      }
    }
    return contiguous;
  }

  /// Finds the runs of columns that read neighbouring elements.
  private int runs(int count) {
    int longest = loops.runLength();
    int found = 0;
    for (int j = 0; j < count; j++) {
      if (j > 0 && columnSources[j] == columnSources[j - 1] + 1 && runs[3 * found - 1] < longest) {
        runs[3 * found - 1]++;
      } else {
        runs[3 * found] = columnSources[j];
        runs[3 * found + 1] = j;
        runs[3 * found + 2] = 1;
        found++;
      }
    }
    return found;
  }

  /// Copies a block between its scattered columns in the target and a dense tile.
  private void scatter(
      GatheredProduct product,
      Object target,
      int targetOffset,
      int firstRow,
      int rows,
      int count,
      Object tile,
      int tileOffset,
      int tileStride,
      boolean out) {
    int origin = targetOffset + firstRow * product.targetRowStride();
    for (int j = 0; j < count; j++) {
      int at = origin + columnTargets[j];
      if (out) {
        loops.copy(
            tile, tileOffset + j, tileStride, 1, target, at, product.targetRowStride(), 1, rows, 1);
      } else {
        loops.copy(
            target, at, product.targetRowStride(), 1, tile, tileOffset + j, tileStride, 1, rows, 1);
      }
    }
  }
}
