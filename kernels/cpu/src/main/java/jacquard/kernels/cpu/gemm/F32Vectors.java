package jacquard.kernels.cpu.gemm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The parts of [F32Loops] that need vectors to be fast, in the hardware's preferred width. [F64Vectors] is its twin.
///
/// All of them are slow until compiled; [VectorTier] says when they are. They write whole vectors, so a target needs a
/// vector's worth of slack behind it, and what lies beyond the given columns is unspecified.
final class F32Vectors {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
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
              from, base + runs[0], base + runs[3], rows, firstRow, k, to, toOffset, runs[4], width);
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
      float[] from, int offset, int stride, int k, int vectors, float[] to, int toOffset, int width) {
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

  /// Partial sums of the products of two rows of `k` elements: `sums[q]` takes the elements whose index is `q` modulo
  /// the number of sums, which is twice that of lanes. `k` is a multiple of it.
  static void dot(float[] a, int aOffset, float[] b, int bOffset, int k, float[] sums) {
    FloatVector even = FloatVector.zero(S);
    FloatVector odd = FloatVector.zero(S);
    for (int p = 0; p < k; p += 2 * LANES) {
      even = FloatVector.fromArray(S, a, aOffset + p).fma(FloatVector.fromArray(S, b, bOffset + p), even);
      odd =
          FloatVector.fromArray(S, a, aOffset + p + LANES)
              .fma(FloatVector.fromArray(S, b, bOffset + p + LANES), odd);
    }
    even.intoArray(sums, 0);
    odd.intoArray(sums, LANES);
  }
}
