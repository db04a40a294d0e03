package jacquard.kernels.cpu.gemm;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// Products of a matrix and a vector. [F32MatrixVector] is its twin, and has more vector code.
final class F64MatrixVector {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  /// Columns that [#addColumns] takes at a time.
  private static final int COLUMNS = 8;

  private F64MatrixVector() {}

  /// See [Loops#matrixVector].
  static void run(
      int rows,
      int k,
      Object matrix,
      int offset,
      int rowStride,
      int colStride,
      Object x,
      int xOffset,
      int xStride,
      Object y,
      int yOffset,
      int yStride,
      boolean accumulate,
      Scratch scratch) {
    double[] m = (double[]) matrix;
    double[] v = (double[]) x;
    double[] target = (double[]) y;
    if (colStride == 1 && (rowStride != 1 || k > 1)) {
      int start = xOffset;
      if (xStride != 1) {
        v = (double[]) scratch.array(Element.F64, Scratch.Use.EDGE, k);
        start = Element.F64.lineStart();
        F64Loops.INSTANCE.copy(x, xOffset, 0, xStride, v, start, 0, 1, 1, k);
      }
      double[] sums = (double[]) scratch.array(Element.F64, Scratch.Use.SUMS, 2 * F64Vectors.LANES);
      for (int i = 0; i < rows; i++) {
        double dot = dot(m, offset + i * rowStride, v, start, k, sums);
        int t = yOffset + i * yStride;
        target[t] = accumulate ? target[t] + dot : dot;
      }
    } else if (rowStride == 1 && yStride == 1) {
      if (!accumulate) {
        Arrays.fill(target, yOffset, yOffset + rows, 0.0);
      }
      addColumns(rows, k, m, offset, colStride, v, xOffset, xStride, target, yOffset);
    } else {
      for (int i = 0; i < rows; i++) {
        int s = offset + i * rowStride;
        int t = yOffset + i * yStride;
        double sum = accumulate ? target[t] : 0.0;
        for (int p = 0; p < k; p++) {
          sum = Math.fma(m[s + p * colStride], v[xOffset + p * xStride], sum);
        }
        target[t] = sum;
      }
    }
  }

  /// Adds columns eight at a time, so that the sums are loaded and stored once for eight
  /// multiply-adds. The eight are as far from each other as can be: memory is read in eight long
  /// runs, which hide the latency at the ends of pages from each other.
  private static void addColumns(
      int rows,
      int k,
      double[] m,
      int offset,
      int colStride,
      double[] x,
      int xOffset,
      int xStride,
      double[] y,
      int yOffset) {
    int run = k / COLUMNS;
    int step = run * colStride;
    int xStep = run * xStride;
    int vectors = VectorTier.ADD_COLUMNS.isReady(Element.F64) ? rows - rows % LANES : 0;
    for (int p = 0; p < run; p++) {
      int s = offset + p * colStride;
      int at = xOffset + p * xStride;
      if (vectors > 0) {
        addColumns(vectors, m, s, step, x, at, xStep, y, yOffset);
      }
      for (int i = vectors; i < rows; i++) {
        double sum = y[yOffset + i];
        for (int q = 0; q < COLUMNS; q++) {
          sum = Math.fma(m[s + q * step + i], x[at + q * xStep], sum);
        }
        y[yOffset + i] = sum;
      }
    }
    for (int p = run * COLUMNS; p < k; p++) {
      int s = offset + p * colStride;
      double factor = x[xOffset + p * xStride];
      for (int i = 0; i < rows; i++) {
        y[yOffset + i] = Math.fma(m[s + i], factor, y[yOffset + i]);
      }
    }
  }

  /// Adds eight columns, each contiguous, times their factors to `y`, for a multiple of the lanes
  /// of rows.
  static void addColumns(
      int rows,
      double[] m,
      int s0,
      int step,
      double[] x,
      int at,
      int xStep,
      double[] y,
      int yOffset) {
    int s1 = s0 + step;
    int s2 = s1 + step;
    int s3 = s2 + step;
    int s4 = s3 + step;
    int s5 = s4 + step;
    int s6 = s5 + step;
    int s7 = s6 + step;
    DoubleVector v0 = DoubleVector.broadcast(S, x[at]);
    DoubleVector v1 = DoubleVector.broadcast(S, x[at + xStep]);
    DoubleVector v2 = DoubleVector.broadcast(S, x[at + 2 * xStep]);
    DoubleVector v3 = DoubleVector.broadcast(S, x[at + 3 * xStep]);
    DoubleVector v4 = DoubleVector.broadcast(S, x[at + 4 * xStep]);
    DoubleVector v5 = DoubleVector.broadcast(S, x[at + 5 * xStep]);
    DoubleVector v6 = DoubleVector.broadcast(S, x[at + 6 * xStep]);
    DoubleVector v7 = DoubleVector.broadcast(S, x[at + 7 * xStep]);
    for (int i = 0; i < rows; i += LANES) {
      DoubleVector sum = DoubleVector.fromArray(S, y, yOffset + i);
      sum = DoubleVector.fromArray(S, m, s0 + i).fma(v0, sum);
      sum = DoubleVector.fromArray(S, m, s1 + i).fma(v1, sum);
      sum = DoubleVector.fromArray(S, m, s2 + i).fma(v2, sum);
      sum = DoubleVector.fromArray(S, m, s3 + i).fma(v3, sum);
      sum = DoubleVector.fromArray(S, m, s4 + i).fma(v4, sum);
      sum = DoubleVector.fromArray(S, m, s5 + i).fma(v5, sum);
      sum = DoubleVector.fromArray(S, m, s6 + i).fma(v6, sum);
      sum = DoubleVector.fromArray(S, m, s7 + i).fma(v7, sum);
      sum.intoArray(y, yOffset + i);
    }
  }

  /// A dot product as [F64Vectors#dot] forms it, whole blocks there or here, the rest here; then
  /// the partial sums are added in pairs.
  private static double dot(
      double[] a, int aOffset, double[] b, int bOffset, int k, double[] sums) {
    int block = 2 * F64Vectors.LANES;
    int whole = k / block * block;
    if (whole > 0 && VectorTier.DOT.isReady(Element.F64)) {
      F64Vectors.dot(a, aOffset, b, bOffset, whole, sums);
    } else {
      Arrays.fill(sums, 0, block, 0.0);
      for (int p = 0; p < whole; p += block) {
        for (int q = 0; q < block; q++) {
          sums[q] = Math.fma(a[aOffset + p + q], b[bOffset + p + q], sums[q]);
        }
      }
    }
    for (int p = whole; p < k; p++) {
      sums[p - whole] = Math.fma(a[aOffset + p], b[bOffset + p], sums[p - whole]);
    }
    for (int half = block / 2; half > 0; half /= 2) {
      for (int q = 0; q < half; q++) {
        sums[q] += sums[q + half];
      }
    }
    return sums[0];
  }
}
