package jacquard.kernels.cpu.gemm;

import java.util.Arrays;

/// Products of a matrix and a vector. [F32MatrixVector] is its twin, and has more vector code.
final class F64MatrixVector {
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

  /// Adds columns four at a time, so that the sums are loaded and stored once for four
  /// multiply-adds.
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
    boolean ready = VectorTier.ADD_COLUMNS.isReady(Element.F64);
    int p = 0;
    for (; p + 4 <= k; p += 4) {
      int s0 = offset + p * colStride;
      int s1 = s0 + colStride;
      int s2 = s1 + colStride;
      int s3 = s2 + colStride;
      int at = xOffset + p * xStride;
      double x0 = x[at];
      double x1 = x[at + xStride];
      double x2 = x[at + 2 * xStride];
      double x3 = x[at + 3 * xStride];
      int done = ready ? rows - rows % F64Vectors.LANES : 0;
      if (done > 0) {
        F64Vectors.addColumns(done, m, s0, colStride, x0, x1, x2, x3, y, yOffset);
      }
      for (int i = done; i < rows; i++) {
        double sum = Math.fma(m[s0 + i], x0, y[yOffset + i]);
        sum = Math.fma(m[s1 + i], x1, sum);
        sum = Math.fma(m[s2 + i], x2, sum);
        y[yOffset + i] = Math.fma(m[s3 + i], x3, sum);
      }
    }
    for (; p < k; p++) {
      int s = offset + p * colStride;
      double factor = x[xOffset + p * xStride];
      for (int i = 0; i < rows; i++) {
        y[yOffset + i] = Math.fma(m[s + i], factor, y[yOffset + i]);
      }
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
