package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
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

  /// Rows and columns of a block that [#transpose] handles; 1 where the hardware's vectors are too
  /// short for it. With longer ones [F32Transpose] does it: vectors of two lengths in one process
  /// spoil the profiles of the Vector API's methods, and with them kernels that are compiled later.
  static final int BLOCK = LANES == 8 ? 8 : 1;

  private static final VectorSpecies<Float> S8 = FloatVector.SPECIES_256;
  private static final VectorShuffle<Float> SWAP4 =
      VectorShuffle.fromValues(S8, 4, 5, 6, 7, 0, 1, 2, 3);
  private static final VectorShuffle<Float> SWAP2 =
      VectorShuffle.fromValues(S8, 2, 3, 0, 1, 6, 7, 4, 5);
  private static final VectorShuffle<Float> SWAP1 =
      VectorShuffle.fromValues(S8, 1, 0, 3, 2, 5, 4, 7, 6);
  private static final VectorMask<Float> ODD4 = VectorMask.fromLong(S8, 0xf0);
  private static final VectorMask<Float> ODD2 = VectorMask.fromLong(S8, 0xcc);
  private static final VectorMask<Float> ODD1 = VectorMask.fromLong(S8, 0xaa);

  /// Transposes blocks of 8 rows by 8 columns: `to[toOffset + p * toStride + j] = from[offset + j *
  /// rowStride + p]` for 8 rows `j` and `k` columns `p`, a multiple of 8. Three rounds exchange
  /// halves, quarters and single elements between rows at distance 4, 2 and 1.
  static void transpose(
      float[] from, int offset, int rowStride, int k, float[] to, int toOffset, int toStride) {
    for (int p = 0; p < k; p += 8) {
      int s = offset + p;
      FloatVector a0 = FloatVector.fromArray(S8, from, s);
      FloatVector a4 = FloatVector.fromArray(S8, from, s + 4 * rowStride);
      FloatVector b0 = a0.blend(a4.rearrange(SWAP4), ODD4);
      FloatVector b4 = a0.rearrange(SWAP4).blend(a4, ODD4);
      FloatVector a1 = FloatVector.fromArray(S8, from, s + rowStride);
      FloatVector a5 = FloatVector.fromArray(S8, from, s + 5 * rowStride);
      FloatVector b1 = a1.blend(a5.rearrange(SWAP4), ODD4);
      FloatVector b5 = a1.rearrange(SWAP4).blend(a5, ODD4);
      FloatVector a2 = FloatVector.fromArray(S8, from, s + 2 * rowStride);
      FloatVector a6 = FloatVector.fromArray(S8, from, s + 6 * rowStride);
      FloatVector b2 = a2.blend(a6.rearrange(SWAP4), ODD4);
      FloatVector b6 = a2.rearrange(SWAP4).blend(a6, ODD4);
      FloatVector a3 = FloatVector.fromArray(S8, from, s + 3 * rowStride);
      FloatVector a7 = FloatVector.fromArray(S8, from, s + 7 * rowStride);
      FloatVector b3 = a3.blend(a7.rearrange(SWAP4), ODD4);
      FloatVector b7 = a3.rearrange(SWAP4).blend(a7, ODD4);

      int t = toOffset + p * toStride;
      FloatVector c0 = b0.blend(b2.rearrange(SWAP2), ODD2);
      FloatVector c2 = b0.rearrange(SWAP2).blend(b2, ODD2);
      FloatVector c1 = b1.blend(b3.rearrange(SWAP2), ODD2);
      FloatVector c3 = b1.rearrange(SWAP2).blend(b3, ODD2);
      c0.blend(c1.rearrange(SWAP1), ODD1).intoArray(to, t);
      c0.rearrange(SWAP1).blend(c1, ODD1).intoArray(to, t + toStride);
      c2.blend(c3.rearrange(SWAP1), ODD1).intoArray(to, t + 2 * toStride);
      c2.rearrange(SWAP1).blend(c3, ODD1).intoArray(to, t + 3 * toStride);
      FloatVector c4 = b4.blend(b6.rearrange(SWAP2), ODD2);
      FloatVector c6 = b4.rearrange(SWAP2).blend(b6, ODD2);
      FloatVector c5 = b5.blend(b7.rearrange(SWAP2), ODD2);
      FloatVector c7 = b5.rearrange(SWAP2).blend(b7, ODD2);
      c4.blend(c5.rearrange(SWAP1), ODD1).intoArray(to, t + 4 * toStride);
      c4.rearrange(SWAP1).blend(c5, ODD1).intoArray(to, t + 5 * toStride);
      c6.blend(c7.rearrange(SWAP1), ODD1).intoArray(to, t + 6 * toStride);
      c6.rearrange(SWAP1).blend(c7, ODD1).intoArray(to, t + 7 * toStride);
    }
  }
}
