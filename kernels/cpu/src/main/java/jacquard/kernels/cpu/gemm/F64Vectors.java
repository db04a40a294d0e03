package jacquard.kernels.cpu.gemm;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// The parts of [F64Loops] that need vectors to be fast, in the hardware's preferred width. [F32Vectors] is its twin.
///
/// All of them are slow until compiled; [VectorTier] says when they are. They write whole vectors, so a target needs a
/// vector's worth of slack behind it, and what lies beyond the given columns is unspecified.
final class F64Vectors {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
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
      double[] from, int s0, int[] rows, int firstRow, int k, double[] to, int toOffset, int width) {
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
      double[] from, int offset, int stride, int k, int vectors, double[] to, int toOffset, int width) {
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

  /// Partial sums of the products of two rows of `k` elements: `sums[q]` takes the elements whose index is `q` modulo
  /// the number of sums, which is twice that of lanes. `k` is a multiple of it.
  static void dot(double[] a, int aOffset, double[] b, int bOffset, int k, double[] sums) {
    DoubleVector even = DoubleVector.zero(S);
    DoubleVector odd = DoubleVector.zero(S);
    for (int p = 0; p < k; p += 2 * LANES) {
      even = DoubleVector.fromArray(S, a, aOffset + p).fma(DoubleVector.fromArray(S, b, bOffset + p), even);
      odd =
          DoubleVector.fromArray(S, a, aOffset + p + LANES)
              .fma(DoubleVector.fromArray(S, b, bOffset + p + LANES), odd);
    }
    even.intoArray(sums, 0);
    odd.intoArray(sums, LANES);
  }
}
