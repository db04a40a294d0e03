package jacquard.kernels.cpu.attention;

import jacquard.kernels.cpu.gemm.CacheLines;
import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.MicroKernel;

/*
 * A panel is [rows, W] without gaps, W being two vectors. Everything is kept in panels, because a micro-kernel reads both of
 * its operands from them as they are:
 *
 *     C[R columns of a, W] (+)= sum over p of a[p, those columns] * b[p, W]
 *
 * with the R of consecutive tiles making up W (see TileHeights). Positions (queries, keys) come in blocks of W. A head's matrix x[positions, E] is packed in two
 * ways: a transposed panel [E, W] for each block of positions, and a straight panel [positions, W] for each W columns of E.
 * So, with j a block of keys and i one of queries:
 *
 *     scores[i, j]          transposed q by transposed k
 *     scores[j, i]          transposed k by transposed q
 *     result[i]             panels of weights[j, i] by straight v: rows of the result in place
 *     gradients of k and v  panels of weights[i, j] by straight q and g: rows in place
 *     gradient of q         panels of weights[j, i] by straight k: rows in place
 *
 * The gradient computes weights[i, j] only and turns them for the last of these, as many keys at a time as one pass of a
 * product takes: block by block of keys, its rows would be read and written for every 16 or 32 products.
 */
/// Packing and products of panels; the memory of one worker.
final class Panels {
  /// Index of the first element in arrays of panels: a cache line starts there.
  static final int START = Element.F32.lineStart();

  /// Rows of a product that go through the cache at once: two panels of them fill two thirds of L1
  /// at 512 bits.
  static final int K_BLOCK = 128;

  private static final Loops LOOPS = Element.F32.loops();

  final int width;

  private final int[] heights;
  private final MicroKernel[] kernelsOfPanels;
  final PanelMath math;
  private final KernelTable kernels;
  private final float[] edge;
  private final long cache;
  private float[][] arrays = new float[0][];

  /// What [#touch] read, so that it has to.
  double touched;

  /// @param cache bytes of the second-level cache
  Panels(KernelTable kernels, long cache) {
    this.kernels = kernels;
    this.cache = cache;
    width = 2 * kernels.width().lanes(Float.BYTES);
    heights = TileHeights.of(width, kernels.shape().rows());
    kernelsOfPanels = new MicroKernel[heights.length];
    math = new PanelMath(width);
    edge = array(START + heights[0] * width);
  }

  /// Kernels that read panels on both sides, for the tiles of a block; valid until the next call.
  private MicroKernel[] byPanels(boolean adds) {
    for (int t = 0; t < heights.length; t++) {
      kernelsOfPanels[t] = kernels.ofPanels(Element.F32, heights[t], 2, adds);
    }
    return kernelsOfPanels;
  }

  /// The code of the highest of these kernels, as text for people.
  String listing() {
    return kernels.listingOfPanels(Element.F32, heights[0], 2);
  }

  /// Whether operands of `elements` in all can be in the cache together.
  boolean fits(long elements) {
    return elements * Float.BYTES <= cache;
  }

  /// Reads a line here and there of `count` elements, which brings them all into the cache in the
  /// order in which memory is fast. The heads of an item lie side by side in each position: one
  /// head after the other would wait for its two or four lines of each position alone.
  void touch(float[] x, int offset, int count) {
    touched = CacheLines.touch(x, offset, count);
  }

  /// Number of blocks of `count`.
  int blocks(int count) {
    return (count + width - 1) / width;
  }

  /// Memory number `use` of this worker: at least `size` elements behind [#START].
  float[] memory(int use, int size) {
    if (use >= arrays.length) {
      arrays = java.util.Arrays.copyOf(arrays, use + 1);
    }
    float[] known = arrays[use];
    if (known == null || known.length < START + size + width) {
      known = array(START + size + width);
      arrays[use] = known;
    }
    return known;
  }

  private static float[] array(int length) {
    return (float[]) LOOPS.array(Math.max(length, 1024));
  }

  /// Packs `count` rows of `size` elements as transposed panels, times `factor`, with zeros for the
  /// positions that the last panel lacks.
  void transpose(float[] x, int offset, int stride, int count, int size, float factor, float[] to) {
    for (int block = 0; block * width < count; block++) {
      int lanes = Math.min(width, count - block * width);
      int target = START + block * size * width;
      if (lanes < width) {
        java.util.Arrays.fill(to, target, target + size * width, 0);
      }
      LOOPS.pack(x, offset + block * width * stride, 1, stride, size, lanes, to, target, width);
    }
    if (factor != 1) {
      math.scale(to, START, blocks(count) * size * width, factor);
    }
  }

  /// Packs `count` rows of `size` elements, times `factor`, as straight panels with room for `room`
  /// rows. Columns that the last panel lacks are unspecified.
  void copy(
      float[] x, int offset, int stride, int count, int size, float factor, float[] to, int room) {
    for (int first = 0; first < size; first += width) {
      int columns = Math.min(width, size - first);
      math.copy(x, offset + first, stride, count, columns, factor, to, START + first * room, width);
    }
  }

  /// Turns `count` rows of `from`, a panel of which the first `columns` are used, into panels of as
  /// many rows as that: one for each block of positions, with room for [#K_BLOCK] rows.
  ///
  /// @param first position of the first row, a multiple of the width
  /// @param row row of the panels where the first column goes
  void turn(float[] from, int count, int first, int columns, int row, float[] to) {
    for (int r = 0; r < count; r += width) {
      int lanes = Math.min(width, count - r);
      int target = START + (first + r) * K_BLOCK + row * width;
      if (lanes < width) {
        java.util.Arrays.fill(to, target, target + columns * width, 0);
      }
      LOOPS.pack(from, START + r * width, 1, width, columns, lanes, to, target, width);
    }
  }

  /// A block of `count` rows by `size` columns of `c`: the sum over `k` rows of panels.
  ///
  /// @param a left operand: what belongs to row `r` of the result starts `r * aRowStep` behind
  ///   `aOffset`, and goes on at `aStep` from one row of `b` to the next
  /// @param b straight panels of `bRows` rows, of which the product starts with row `bRow`
  /// @param add whether to add to what is there
  void product(
      int k,
      float[] a,
      int aOffset,
      int aRowStep,
      int aStep,
      float[] b,
      int bRows,
      int bRow,
      float[] c,
      int cOffset,
      int cStride,
      int count,
      int size,
      boolean add) {
    for (int p = 0; p < k; p += K_BLOCK) {
      int length = Math.min(K_BLOCK, k - p);
      boolean more = add || p > 0;
      MicroKernel[] tiles = byPanels(more);
      for (int first = 0; first < size; first += width) {
        int panel = START + first * bRows + (bRow + p) * width;
        int columns = Math.min(width, size - first);
        for (int r = 0, tile = 0; r < count; r += heights[tile], tile = after(tile)) {
          int rows = heights[tile];
          int left = aOffset + r * aRowStep + p * aStep;
          int target = cOffset + r * cStride + first;
          int lines = Math.min(rows, count - r);
          boolean whole = lines == rows && columns == width;
          if (!whole && more) {
            LOOPS.copy(c, target, cStride, 1, edge, START, width, 1, lines, columns);
          }
          float[] into = whole ? c : edge;
          int at = whole ? target : START;
          int stride = whole ? cStride : width;
          tiles[tile].run(1, length, a, left, aRowStep, 0, b, panel, into, at, stride, into);
          if (!whole) {
            LOOPS.copy(edge, START, width, 1, c, target, cStride, 1, lines, columns);
          }
        }
      }
    }
  }

  /// A panel of scores: `count` rows, the positions of transposed panels `a` from number `first`
  /// on, by the positions of the panel of `b` at `bOffset`. Rows up to a whole tile are written.
  void scores(int size, float[] a, int first, int count, float[] b, int bOffset, float[] c) {
    MicroKernel[] tiles = byPanels(false);
    for (int r = 0, tile = 0; r < count; r += heights[tile], tile = after(tile)) {
      int left = START + (first + r / width) * size * width + r % width;
      int target = START + r * width;
      tiles[tile].run(1, size, a, left, 1, 0, b, bOffset, c, target, width, c);
    }
  }

  private int after(int tile) {
    return tile + 1 < heights.length ? tile + 1 : 0;
  }
}
