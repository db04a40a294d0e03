package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The parts of [F32Loops] that need vectors to be fast, in the hardware's preferred width.
/// [F64Vectors] is its twin.
///
/// All of them are slow until compiled; [VectorTier] says when they are. They write whole vectors,
/// so a target needs a vector's worth of slack behind it, and what lies beyond the given columns is
/// unspecified.
final class F32Vectors {
  private static final VectorSpecies<Float> S = VectorWidth.species(float.class);
  static final int LANES = S.length();

  private F32Vectors() {}

  /// See [Loops#gather]; no run is longer than a vector.
  static void gather(
      float[] from,
      int base,
      int[] rows,
      int firstRow,
      int k,
      int[] runs,
      int runCount,
      float[] to,
      int toOffset,
      int width) {
    switch (runCount) {
      case 1 -> gather1(from, base + runs[0], rows, firstRow, k, to, toOffset, width);
      case 2 ->
          gather2(
              from,
              base + runs[0],
              base + runs[3],
              rows,
              firstRow,
              k,
              to,
              toOffset,
              runs[4],
              width);
      case 3 ->
          gather3(
              from,
              base + runs[0],
              base + runs[3],
              base + runs[6],
              rows,
              firstRow,
              k,
              to,
              toOffset,
              runs[4],
              runs[7],
              width);
      default -> gatherMany(from, base, rows, firstRow, k, runs, 3 * runCount, to, toOffset, width);
    }
  }

  private static void gather1(
      float[] from, int s0, int[] rows, int firstRow, int k, float[] to, int toOffset, int width) {
    int t = toOffset;
    for (int p = 0; p < k; p++) {
      FloatVector.fromArray(S, from, s0 + rows[firstRow + p]).intoArray(to, t);
      t += width;
    }
  }

  private static void gather2(
      float[] from,
      int s0,
      int s1,
      int[] rows,
      int firstRow,
      int k,
      float[] to,
      int toOffset,
      int t1,
      int width) {
    int t = toOffset;
    for (int p = 0; p < k; p++) {
      int row = rows[firstRow + p];
      FloatVector.fromArray(S, from, s0 + row).intoArray(to, t);
      FloatVector.fromArray(S, from, s1 + row).intoArray(to, t + t1);
      t += width;
    }
  }

  private static void gather3(
      float[] from,
      int s0,
      int s1,
      int s2,
      int[] rows,
      int firstRow,
      int k,
      float[] to,
      int toOffset,
      int t1,
      int t2,
      int width) {
    int t = toOffset;
    for (int p = 0; p < k; p++) {
      int row = rows[firstRow + p];
      FloatVector.fromArray(S, from, s0 + row).intoArray(to, t);
      FloatVector.fromArray(S, from, s1 + row).intoArray(to, t + t1);
      FloatVector.fromArray(S, from, s2 + row).intoArray(to, t + t2);
      t += width;
    }
  }

  private static void gatherMany(
      float[] from,
      int base,
      int[] rows,
      int firstRow,
      int k,
      int[] runs,
      int runsEnd,
      float[] to,
      int toOffset,
      int width) {
    for (int p = 0; p < k; p++) {
      int s = base + rows[firstRow + p];
      int t = toOffset + p * width;
      for (int run = 0; run < runsEnd; run += 3) {
        FloatVector.fromArray(S, from, s + runs[run]).intoArray(to, t + runs[run + 1]);
      }
    }
  }

  /// Copies `k` rows of `vectors` vectors.
  static void copyRows(
      float[] from,
      int offset,
      int stride,
      int k,
      int vectors,
      float[] to,
      int toOffset,
      int width) {
    int s = offset;
    int t = toOffset;
    if (vectors == 2) {
      for (int p = 0; p < k; p++) {
        FloatVector.fromArray(S, from, s).intoArray(to, t);
        FloatVector.fromArray(S, from, s + LANES).intoArray(to, t + LANES);
        s += stride;
        t += width;
      }
      return;
    }
    for (int p = 0; p < k; p++) {
      for (int j = 0; j < vectors * LANES; j += LANES) {
        FloatVector.fromArray(S, from, s + j).intoArray(to, t + j);
      }
      s += stride;
      t += width;
    }
  }

  /// Partial sums of the products of two rows of `k` elements: `sums[q]` takes the elements whose
  /// index is `q` modulo the number of sums, which is twice that of lanes. `k` is a multiple of it.
  static void dot(float[] a, int aOffset, float[] b, int bOffset, int k, float[] sums) {
    FloatVector even = FloatVector.zero(S);
    FloatVector odd = FloatVector.zero(S);
    for (int p = 0; p < k; p += 2 * LANES) {
      even =
          FloatVector.fromArray(S, a, aOffset + p)
              .fma(FloatVector.fromArray(S, b, bOffset + p), even);
      odd =
          FloatVector.fromArray(S, a, aOffset + p + LANES)
              .fma(FloatVector.fromArray(S, b, bOffset + p + LANES), odd);
    }
    even.intoArray(sums, 0);
    odd.intoArray(sums, LANES);
  }

  /// Copies a block of rows that are contiguous in both arrays.
  static void copyBlock(
      float[] from,
      int fromOffset,
      int fromRowStride,
      float[] to,
      int toOffset,
      int toRowStride,
      int rows,
      int columns) {
    int whole = columns - columns % LANES;
    for (int r = 0; r < rows; r++) {
      int s = fromOffset + r * fromRowStride;
      int t = toOffset + r * toRowStride;
      int j = 0;
      for (; j < whole; j += LANES) {
        FloatVector.fromArray(S, from, s + j).intoArray(to, t + j);
      }
      for (; j < columns; j++) {
        to[t + j] = from[s + j];
      }
    }
  }

  /// Copies rows with whole vectors and then zeros, which the next row may overwrite.
  static void copyPadded(
      float[] from,
      int fromOffset,
      int fromRowStride,
      float[] to,
      int toOffset,
      int toRowStride,
      int rows,
      int columns) {
    FloatVector zero = FloatVector.zero(S);
    for (int r = 0; r < rows; r++) {
      int s = fromOffset + r * fromRowStride;
      int t = toOffset + r * toRowStride;
      for (int j = 0; j < columns; j += LANES) {
        FloatVector.fromArray(S, from, s + j).intoArray(to, t + j);
      }
      zero.intoArray(to, t + columns);
    }
  }

  /// Panels that are written at once: more of them would need more pages than the processor keeps
  /// addresses of for stores.
  private static final int PANELS_AT_ONCE = 8;

  /// Most vectors that [#packPanels] and [#packTiles] move for a panel or tile: written out,
  /// because a loop of one to four rounds costs some 20 cycles to begin and end.
  static final int MOST_VECTORS = 4;

  /// See [Loops#packPanels]: the first `rows` rows of `k`, for panels of one to four whole vectors.
  static void packPanels(
      float[] from,
      int offset,
      int kStride,
      int[] starts,
      int panels,
      int rows,
      int k,
      float[] to,
      int toOffset) {
    for (int first = 0; first < panels; first += PANELS_AT_ONCE) {
      int end = Math.min(panels, first + PANELS_AT_ONCE);
      for (int p = 0; p < rows; p++) {
        int s = offset + p * kStride;
        for (int i = first; i < end; i++) {
          int start = starts[i];
          int width = starts[i + 1] - start;
          int t = toOffset + (start - starts[0]) * k + p * width;
          int at = s + start;
          FloatVector.fromArray(S, from, at).intoArray(to, t);
          if (width > LANES) {
            FloatVector.fromArray(S, from, at + LANES).intoArray(to, t + LANES);
            if (width > 2 * LANES) {
              FloatVector.fromArray(S, from, at + 2 * LANES).intoArray(to, t + 2 * LANES);
              if (width > 3 * LANES) {
                FloatVector.fromArray(S, from, at + 3 * LANES).intoArray(to, t + 3 * LANES);
              }
            }
          }
        }
      }
    }
  }

  /// Packs tiles from a matrix that is contiguous along its rows' index: row `p` of tile `t` is the
  /// vector at `offset + p * kStride + starts[t]`, or as many vectors as are given.
  static void packTiles(
      float[] from,
      int offset,
      int kStride,
      int[] starts,
      int tiles,
      int k,
      int vectors,
      float[] to,
      int toOffset,
      int tileSize,
      int step) {
    for (int p = 0; p < k; p++) {
      int s = offset + p * kStride;
      int t = toOffset + p * step;
      for (int i = 0; i < tiles; i++) {
        int at = s + starts[i];
        FloatVector.fromArray(S, from, at).intoArray(to, t);
        if (vectors > 1) {
          FloatVector.fromArray(S, from, at + LANES).intoArray(to, t + LANES);
          if (vectors > 2) {
            FloatVector.fromArray(S, from, at + 2 * LANES).intoArray(to, t + 2 * LANES);
            if (vectors > 3) {
              FloatVector.fromArray(S, from, at + 3 * LANES).intoArray(to, t + 3 * LANES);
            }
          }
        }
        t += tileSize;
      }
    }
  }

  /// Adds four columns, each contiguous, times their factors to `y`, for a multiple of the lanes of
  /// rows.
  static void addColumns(
      int rows,
      float[] m,
      int s0,
      int colStride,
      float x0,
      float x1,
      float x2,
      float x3,
      float[] y,
      int yOffset) {
    int s1 = s0 + colStride;
    int s2 = s1 + colStride;
    int s3 = s2 + colStride;
    FloatVector v0 = FloatVector.broadcast(S, x0);
    FloatVector v1 = FloatVector.broadcast(S, x1);
    FloatVector v2 = FloatVector.broadcast(S, x2);
    FloatVector v3 = FloatVector.broadcast(S, x3);
    for (int i = 0; i < rows; i += LANES) {
      FloatVector sum =
          FloatVector.fromArray(S, m, s0 + i).fma(v0, FloatVector.fromArray(S, y, yOffset + i));
      sum = FloatVector.fromArray(S, m, s1 + i).fma(v1, sum);
      sum = FloatVector.fromArray(S, m, s2 + i).fma(v2, sum);
      FloatVector.fromArray(S, m, s3 + i).fma(v3, sum).intoArray(y, yOffset + i);
    }
  }

  /// Rows that [#transpose] handles; 1 where the hardware's vectors are too short for it. With
  /// longer ones [F32Transpose] does it: vectors of two lengths in one process spoil the profiles
  /// of the Vector API's methods, and with them kernels that are compiled later.
  static final int BLOCK = LANES == 8 ? 8 : 1;

  private static final VectorSpecies<Float> S8 = FloatVector.SPECIES_256;
  private static final VectorMask<Float> ODD_PAIRS = VectorMask.fromLong(S8, 0xcc);
  private static final VectorMask<Float> UPPER = VectorMask.fromLong(S8, 0xf0);
  private static final VectorMask<Float> ODD = VectorMask.fromLong(S8, 0xaa);

  /// How many of `k` columns [#transpose] can handle of `rows` rows of an array of `length`
  /// elements, the last of which begins at `last`: with fewer than eight it reads beyond them, and
  /// where rows lie nearer to each other than two elements before the first one.
  static int transposable(int length, int last, int rowStride, int rows, int k) {
    int beyond = 6 - (rows - 1) / 2 * 2;
    return rowStride < 2 ? 0 : Math.clamp(length - last - beyond, 0, k) & -2;
  }

  /// Transposes rows: `to[toOffset + p * toStride + j] = from[offset + j * rowStride + p]` for 5 to
  /// 8 rows `j` and `k` columns `p`, an even number; what `j` of `rows` to 7 get is unspecified.
  ///
  /// Two columns at a time. Each pair of rows is read from where its two elements come to lie in
  /// the lanes that they are wanted in, so that blends put a row of eight together from four loads;
  /// then shifts within 64 bits exchange what neighbouring rows have of each other.
  static void transpose(
      float[] from,
      int offset,
      int rowStride,
      int rows,
      int k,
      float[] to,
      int toOffset,
      int toStride) {
    int last = rows - 1;
    int s1 = rowStride;
    int s2 = 2 * rowStride - 2;
    int s3 = 3 * rowStride - 2;
    int s4 = 4 * rowStride - 4;
    int s5 = Math.min(5, last) * rowStride - 4;
    int s6 = Math.min(6, last) * rowStride - 6;
    int s7 = Math.min(7, last) * rowStride - 6;
    int t = toOffset;
    for (int p = 0; p < k; p += 2) {
      int s = offset + p;
      FloatVector even = pairs(from, s, s + s2, s + s4, s + s6);
      FloatVector odd = pairs(from, s + s1, s + s3, s + s5, s + s7);
      LongVector right = odd.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 32);
      even.blend(right.reinterpretAsFloats(), ODD).intoArray(to, t);
      LongVector left = even.reinterpretAsLongs().lanewise(VectorOperators.LSHR, 32);
      left.reinterpretAsFloats().blend(odd, ODD).intoArray(to, t + toStride);
      t += 2 * toStride;
    }
  }

  /// The first pair of elements of the vector at `a`, the second of that at `b`, and so on.
  private static FloatVector pairs(float[] from, int a, int b, int c, int d) {
    FloatVector lower =
        FloatVector.fromArray(S8, from, a).blend(FloatVector.fromArray(S8, from, b), ODD_PAIRS);
    FloatVector upper =
        FloatVector.fromArray(S8, from, c).blend(FloatVector.fromArray(S8, from, d), ODD_PAIRS);
    return lower.blend(upper, UPPER);
  }
}
