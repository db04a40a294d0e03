package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The parts of [F64Loops] that need vectors to be fast, in the hardware's preferred width.
/// [F32Vectors] is its twin.
///
/// All of them are slow until compiled; [VectorTier] says when they are. They write whole vectors,
/// so a target needs a vector's worth of slack behind it, and what lies beyond the given columns is
/// unspecified.
final class F64Vectors {
  private static final VectorSpecies<Double> S = VectorWidth.species(double.class);
  static final int LANES = S.length();

  private F64Vectors() {}

  /// See [Loops#gather]; no run is longer than a vector.
  static void gather(
      double[] from,
      int base,
      int[] rows,
      int firstRow,
      int k,
      int[] runs,
      int runCount,
      double[] to,
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
      double[] from,
      int s0,
      int[] rows,
      int firstRow,
      int k,
      double[] to,
      int toOffset,
      int width) {
    int t = toOffset;
    for (int p = 0; p < k; p++) {
      DoubleVector.fromArray(S, from, s0 + rows[firstRow + p]).intoArray(to, t);
      t += width;
    }
  }

  private static void gather2(
      double[] from,
      int s0,
      int s1,
      int[] rows,
      int firstRow,
      int k,
      double[] to,
      int toOffset,
      int t1,
      int width) {
    int t = toOffset;
    for (int p = 0; p < k; p++) {
      int row = rows[firstRow + p];
      DoubleVector.fromArray(S, from, s0 + row).intoArray(to, t);
      DoubleVector.fromArray(S, from, s1 + row).intoArray(to, t + t1);
      t += width;
    }
  }

  private static void gather3(
      double[] from,
      int s0,
      int s1,
      int s2,
      int[] rows,
      int firstRow,
      int k,
      double[] to,
      int toOffset,
      int t1,
      int t2,
      int width) {
    int t = toOffset;
    for (int p = 0; p < k; p++) {
      int row = rows[firstRow + p];
      DoubleVector.fromArray(S, from, s0 + row).intoArray(to, t);
      DoubleVector.fromArray(S, from, s1 + row).intoArray(to, t + t1);
      DoubleVector.fromArray(S, from, s2 + row).intoArray(to, t + t2);
      t += width;
    }
  }

  private static void gatherMany(
      double[] from,
      int base,
      int[] rows,
      int firstRow,
      int k,
      int[] runs,
      int runsEnd,
      double[] to,
      int toOffset,
      int width) {
    for (int p = 0; p < k; p++) {
      int s = base + rows[firstRow + p];
      int t = toOffset + p * width;
      for (int run = 0; run < runsEnd; run += 3) {
        DoubleVector.fromArray(S, from, s + runs[run]).intoArray(to, t + runs[run + 1]);
      }
    }
  }

  /// Copies `k` rows of `vectors` vectors.
  static void copyRows(
      double[] from,
      int offset,
      int stride,
      int k,
      int vectors,
      double[] to,
      int toOffset,
      int width) {
    int s = offset;
    int t = toOffset;
    if (vectors == 2) {
      for (int p = 0; p < k; p++) {
        DoubleVector.fromArray(S, from, s).intoArray(to, t);
        DoubleVector.fromArray(S, from, s + LANES).intoArray(to, t + LANES);
        s += stride;
        t += width;
      }
      return;
    }
    for (int p = 0; p < k; p++) {
      for (int j = 0; j < vectors * LANES; j += LANES) {
        DoubleVector.fromArray(S, from, s + j).intoArray(to, t + j);
      }
      s += stride;
      t += width;
    }
  }

  /// Partial sums of the products of two rows of `k` elements: `sums[q]` takes the elements whose
  /// index is `q` modulo the number of sums, which is twice that of lanes. `k` is a multiple of it.
  static void dot(double[] a, int aOffset, double[] b, int bOffset, int k, double[] sums) {
    DoubleVector even = DoubleVector.zero(S);
    DoubleVector odd = DoubleVector.zero(S);
    for (int p = 0; p < k; p += 2 * LANES) {
      even =
          DoubleVector.fromArray(S, a, aOffset + p)
              .fma(DoubleVector.fromArray(S, b, bOffset + p), even);
      odd =
          DoubleVector.fromArray(S, a, aOffset + p + LANES)
              .fma(DoubleVector.fromArray(S, b, bOffset + p + LANES), odd);
    }
    even.intoArray(sums, 0);
    odd.intoArray(sums, LANES);
  }

  /// Copies a block of rows that are contiguous in both arrays.
  static void copyBlock(
      double[] from,
      int fromOffset,
      int fromRowStride,
      double[] to,
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
        DoubleVector.fromArray(S, from, s + j).intoArray(to, t + j);
      }
      for (; j < columns; j++) {
        to[t + j] = from[s + j];
      }
    }
  }

  /// Copies rows with whole vectors and then zeros, which the next row may overwrite.
  static void copyPadded(
      double[] from,
      int fromOffset,
      int fromRowStride,
      double[] to,
      int toOffset,
      int toRowStride,
      int rows,
      int columns) {
    DoubleVector zero = DoubleVector.zero(S);
    for (int r = 0; r < rows; r++) {
      int s = fromOffset + r * fromRowStride;
      int t = toOffset + r * toRowStride;
      for (int j = 0; j < columns; j += LANES) {
        DoubleVector.fromArray(S, from, s + j).intoArray(to, t + j);
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
      double[] from,
      int offset,
      int kStride,
      int[] starts,
      int panels,
      int rows,
      int k,
      double[] to,
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
          DoubleVector.fromArray(S, from, at).intoArray(to, t);
          if (width > LANES) {
            DoubleVector.fromArray(S, from, at + LANES).intoArray(to, t + LANES);
            if (width > 2 * LANES) {
              DoubleVector.fromArray(S, from, at + 2 * LANES).intoArray(to, t + 2 * LANES);
              if (width > 3 * LANES) {
                DoubleVector.fromArray(S, from, at + 3 * LANES).intoArray(to, t + 3 * LANES);
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
      double[] from,
      int offset,
      int kStride,
      int[] starts,
      int tiles,
      int k,
      int vectors,
      double[] to,
      int toOffset,
      int tileSize,
      int step) {
    for (int p = 0; p < k; p++) {
      int s = offset + p * kStride;
      int t = toOffset + p * step;
      for (int i = 0; i < tiles; i++) {
        int at = s + starts[i];
        DoubleVector.fromArray(S, from, at).intoArray(to, t);
        if (vectors > 1) {
          DoubleVector.fromArray(S, from, at + LANES).intoArray(to, t + LANES);
          if (vectors > 2) {
            DoubleVector.fromArray(S, from, at + 2 * LANES).intoArray(to, t + 2 * LANES);
            if (vectors > 3) {
              DoubleVector.fromArray(S, from, at + 3 * LANES).intoArray(to, t + 3 * LANES);
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
      double[] m,
      int s0,
      int colStride,
      double x0,
      double x1,
      double x2,
      double x3,
      double[] y,
      int yOffset) {
    int s1 = s0 + colStride;
    int s2 = s1 + colStride;
    int s3 = s2 + colStride;
    DoubleVector v0 = DoubleVector.broadcast(S, x0);
    DoubleVector v1 = DoubleVector.broadcast(S, x1);
    DoubleVector v2 = DoubleVector.broadcast(S, x2);
    DoubleVector v3 = DoubleVector.broadcast(S, x3);
    for (int i = 0; i < rows; i += LANES) {
      DoubleVector sum =
          DoubleVector.fromArray(S, m, s0 + i).fma(v0, DoubleVector.fromArray(S, y, yOffset + i));
      sum = DoubleVector.fromArray(S, m, s1 + i).fma(v1, sum);
      sum = DoubleVector.fromArray(S, m, s2 + i).fma(v2, sum);
      DoubleVector.fromArray(S, m, s3 + i).fma(v3, sum).intoArray(y, yOffset + i);
    }
  }

  /// Rows and columns of a block that [#transpose] handles; 1 where the hardware's vectors are too
  /// short for it.
  static final int BLOCK = LANES >= 4 ? 4 : 1;

  private static final VectorSpecies<Double> S4 = DoubleVector.SPECIES_256;
  private static final VectorShuffle<Double> SWAP2 = VectorShuffle.fromValues(S4, 2, 3, 0, 1);
  private static final VectorShuffle<Double> SWAP1 = VectorShuffle.fromValues(S4, 1, 0, 3, 2);
  private static final VectorMask<Double> ODD2 = VectorMask.fromLong(S4, 0xc);
  private static final VectorMask<Double> ODD1 = VectorMask.fromLong(S4, 0xa);

  /// Transposes blocks of 4 rows by 4 columns: `to[toOffset + p * toStride + j] = from[offset + j *
  /// rowStride + p]` for 4 rows `j` and `k` columns `p`, a multiple of 4.
  static void transpose(
      double[] from, int offset, int rowStride, int k, double[] to, int toOffset, int toStride) {
    for (int p = 0; p < k; p += 4) {
      int s = offset + p;
      DoubleVector a0 = DoubleVector.fromArray(S4, from, s);
      DoubleVector a1 = DoubleVector.fromArray(S4, from, s + rowStride);
      DoubleVector a2 = DoubleVector.fromArray(S4, from, s + 2 * rowStride);
      DoubleVector a3 = DoubleVector.fromArray(S4, from, s + 3 * rowStride);
      DoubleVector b0 = a0.blend(a2.rearrange(SWAP2), ODD2);
      DoubleVector b2 = a0.rearrange(SWAP2).blend(a2, ODD2);
      DoubleVector b1 = a1.blend(a3.rearrange(SWAP2), ODD2);
      DoubleVector b3 = a1.rearrange(SWAP2).blend(a3, ODD2);
      int t = toOffset + p * toStride;
      b0.blend(b1.rearrange(SWAP1), ODD1).intoArray(to, t);
      b0.rearrange(SWAP1).blend(b1, ODD1).intoArray(to, t + toStride);
      b2.blend(b3.rearrange(SWAP1), ODD1).intoArray(to, t + 2 * toStride);
      b2.rearrange(SWAP1).blend(b3, ODD1).intoArray(to, t + 3 * toStride);
    }
  }
}
