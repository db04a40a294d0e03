package jacquard.kernels.cpu.conv;

import java.util.Arrays;

/*
 * Along an axis, two neighbouring results of a filter of r taps,
 *
 *     y0 = d0 g0 + d1 g1 [+ d2 g2]        y1 = d1 g0 + d2 g1 [+ d3 g2]
 *
 * take r + 1 products instead of 2 r (Winograd, "Arithmetic complexity of computations", 1980):
 *
 *     r = 2:  m0 = (d0 - d1) g0    m1 = d1 (g0 + g1)    m2 = (d1 - d2) g1
 *             y0 = m0 + m1         y1 = m1 - m2
 *     r = 3:  m0 = (d0 - d2) g0    m1 = (d1 + d2) (g0 + g1 + g2) / 2
 *             m3 = (d1 - d3) g2    m2 = (d2 - d1) (g0 - g1 + g2) / 2
 *             y0 = m0 + m1 + m2    y1 = m1 - m2 - m3
 *
 * The products are bilinear, so the same ones give the gradients of g: with e as gradients of y, 2 r products of
 * d and e become (d0 - d1) e0, d1 (e0 + e1), (d1 - d2) (-e1), and g0 gets the first two, g1 the last two.
 *
 * A product with a filter of stride s and r s taps is s products of r taps, one for each remainder of the source's
 * coordinate, which are added up before results are put together; in the input gradient one for each remainder of the
 * result's.
 */
/// How a Winograd convolution covers one axis: tiles of two results, of which those at the ends may
/// have one that is outside.
///
/// A *point* is one of the `taps + 1` places in the source that a tile reads, of each *part*; a
/// *type* one of as many products. Parts are the remainders of the source's coordinates by the
/// stride in a forward form, *kinds* those of the result's in an input gradient.
///
/// @param sizes of the axis
/// @param first index of the first tile's first result, within a kind
/// @param tiles number of tiles
/// @param reads for each tile, part and type the coordinates that it reads inside the source
/// @param readFactors their factors
record WinogradAxis(Sizes sizes, int first, int tiles, int[][] reads, float[][] readFactors) {

  /// The convolution along an axis.
  ///
  /// @param taps of a part or kind: 2 or 3
  /// @param stride of the forward form
  /// @param backward whether this is the axis of an input gradient
  /// @param source length of the source
  /// @param result length of the result
  /// @param pad zeros before the image
  record Sizes(int taps, int stride, boolean backward, int source, int result, int pad) {
    int types() {
      return taps + 1;
    }

    int parts() {
      return backward ? 1 : stride;
    }

    /// Coordinate in the source of a point of a part, which may be outside.
    ///
    /// @param index of a tile's first result
    int point(int index, int part, int point) {
      return backward ? index - (taps - 1) + point : (index + point) * stride + part - pad;
    }
  }

  /// For two taps and for three: the points that each type reads, and their factors.
  private static final int[][][] POINTS = {
    {{0, 1}, {1}, {1, 2}}, {{0, 2}, {1, 2}, {2, 1}, {1, 3}},
  };

  private static final float[][][] POINT_FACTORS = {
    {{1, -1}, {1}, {1, -1}}, {{1, -1}, {1, 1}, {1, -1}, {1, -1}},
  };

  /// For two taps and for three: the taps that each type reads, and their factors.
  private static final int[][][] TAPS = {
    {{0}, {0, 1}, {1}}, {{0}, {0, 1, 2}, {0, 1, 2}, {2}},
  };

  private static final float[][][] TAP_FACTORS = {
    {{1}, {1, 1}, {1}}, {{1}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {1}},
  };

  /// For two taps and for three: the factor with which each type counts in the second result. In
  /// the first it is 1, but for the last type, which is missing there.
  private static final float[][] SECOND = {{0, 1, -1}, {0, 1, -1, -1}};

  /// Whether a filter of so many taps can be computed so.
  static boolean fits(int taps, int stride) {
    return taps % stride == 0 && (taps / stride == 2 || taps / stride == 3);
  }

  static WinogradAxis forward(int source, int result, int filter, int stride, int pad) {
    return fewest(new Sizes(filter / stride, stride, false, source, result, pad), 0, result);
  }

  /// The axis of an input gradient, whose source is `y`.
  static WinogradAxis gradient(int source, int result, int filter, int stride, int pad) {
    Sizes sizes = new Sizes(filter / stride, stride, true, source, result, pad);
    return fewest(sizes, pad / stride, (result - 1 + pad) / stride + 1);
  }

  /// Tiles from result `from` on, or from the one before: what takes fewer products.
  private static WinogradAxis fewest(Sizes sizes, int from, int end) {
    WinogradAxis even = of(sizes, from, Math.ceilDiv(end - from, 2));
    WinogradAxis odd = of(sizes, from - 1, Math.ceilDiv(end - from + 1, 2));
    return odd.products() < even.products() ? odd : even;
  }

  private static WinogradAxis of(Sizes sizes, int first, int tiles) {
    int types = sizes.types();
    int parts = sizes.parts();
    int[][] reads = new int[tiles * parts * types][];
    float[][] factors = new float[reads.length][];
    for (int i = 0; i < reads.length; i++) {
      int type = i % types;
      int part = i / types % parts;
      int index = first + 2 * (i / types / parts);
      int[] points = POINTS[sizes.taps - 2][type];
      int[] at = new int[points.length];
      float[] factor = new float[points.length];
      int count = 0;
      for (int j = 0; j < points.length; j++) {
        int coordinate = sizes.point(index, part, points[j]);
        if (coordinate >= 0 && coordinate < sizes.source) {
          at[count] = coordinate;
          factor[count++] = POINT_FACTORS[sizes.taps - 2][type][j];
        }
      }
      reads[i] = Arrays.copyOf(at, count);
      factors[i] = Arrays.copyOf(factor, count);
    }
    return new WinogradAxis(sizes, first, tiles, reads, factors);
  }

  /// Length of the source.
  int source() {
    return sizes.source;
  }

  /// Length of the result.
  int result() {
    return sizes.result;
  }

  int types() {
    return sizes.types();
  }

  int parts() {
    return sizes.parts();
  }

  int kinds() {
    return sizes.backward ? sizes.stride : 1;
  }

  /// Index in [#reads] of a type of a part of a tile.
  int index(int tile, int part, int type) {
    return (tile * parts() + part) * types() + type;
  }

  /// Coordinate of the first or second result of a tile, -1 outside.
  int result(int tile, int kind, int which) {
    int at = first + 2 * tile + which;
    int x = sizes.backward ? at * sizes.stride + kind - sizes.pad : at;
    return x >= 0 && x < sizes.result ? x : -1;
  }

  /// Index in the filter of a tap of a part and kind.
  int filterTap(int part, int kind, int tap) {
    return sizes.backward
        ? kind + sizes.stride * (sizes.taps - 1 - tap)
        : part + sizes.stride * tap;
  }

  int[] taps(int type) {
    return TAPS[sizes.taps - 2][type];
  }

  float[] tapFactors(int type) {
    return TAP_FACTORS[sizes.taps - 2][type];
  }

  /// Factor of a tap in what a type reads.
  float tapFactor(int type, int tap) {
    for (int i = 0; i < taps(type).length; i++) {
      if (taps(type)[i] == tap) {
        return tapFactors(type)[i];
      }
    }
    return 0;
  }

  /// Factor of a type in the first or second result of a tile.
  float factor(int type, int which) {
    return which == 0 ? type < sizes.taps ? 1 : 0 : SECOND[sizes.taps - 2][type];
  }

  /// Whether a tile has a result for which a type counts.
  boolean needs(int tile, int kind, int type) {
    return type < sizes.taps && result(tile, kind, 0) >= 0
        || type > 0 && result(tile, kind, 1) >= 0;
  }

  /// Products that the axis takes, of all parts and kinds.
  int products() {
    int count = 0;
    for (int tile = 0; tile < tiles; tile++) {
      for (int type = 0; type < types(); type++) {
        for (int kind = 0; kind < kinds(); kind++) {
          for (int part = 0; part < parts(); part++) {
            count += needs(tile, kind, type) && reads[index(tile, part, type)].length > 0 ? 1 : 0;
          }
        }
      }
    }
    return count;
  }
}
