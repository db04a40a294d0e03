package jacquard.kernels.cpu.gemm;

/// A row of a tile without vectors, eight columns at a time: their sums stay in registers, so that
/// even C1's code does a multiply-add in little more than a nanosecond. The first steps of a
/// process run on this.
final class TileRows {
  private TileRows() {}

  /// `c[cRow + j] += sum over p of a[aRow + p * aStep] * b[bRow + p * bStep + j]` for `j <
  /// columns`.
  static void add(
      int k,
      float[] a,
      int aRow,
      int aStep,
      float[] b,
      int bRow,
      int bStep,
      float[] c,
      int cRow,
      int columns) {
    int j = 0;
    for (; j + 8 <= columns; j += 8) {
      addEight(k, a, aRow, aStep, b, bRow + j, bStep, c, cRow + j);
    }
    for (; j < columns; j++) {
      float sum = c[cRow + j];
      for (int p = 0; p < k; p++) {
        sum = Math.fma(a[aRow + p * aStep], b[bRow + p * bStep + j], sum);
      }
      c[cRow + j] = sum;
    }
  }

  private static void addEight(
      int k, float[] a, int aRow, int aStep, float[] b, int bRow, int bStep, float[] c, int cRow) {
    float s0 = c[cRow];
    float s1 = c[cRow + 1];
    float s2 = c[cRow + 2];
    float s3 = c[cRow + 3];
    float s4 = c[cRow + 4];
    float s5 = c[cRow + 5];
    float s6 = c[cRow + 6];
    float s7 = c[cRow + 7];
    for (int p = 0; p < k; p++) {
      float v = a[aRow + p * aStep];
      int at = bRow + p * bStep;
      s0 = Math.fma(v, b[at], s0);
      s1 = Math.fma(v, b[at + 1], s1);
      s2 = Math.fma(v, b[at + 2], s2);
      s3 = Math.fma(v, b[at + 3], s3);
      s4 = Math.fma(v, b[at + 4], s4);
      s5 = Math.fma(v, b[at + 5], s5);
      s6 = Math.fma(v, b[at + 6], s6);
      s7 = Math.fma(v, b[at + 7], s7);
    }
    c[cRow] = s0;
    c[cRow + 1] = s1;
    c[cRow + 2] = s2;
    c[cRow + 3] = s3;
    c[cRow + 4] = s4;
    c[cRow + 5] = s5;
    c[cRow + 6] = s6;
    c[cRow + 7] = s7;
  }

  /// `c[cRow + j] += sum over p of a[aRow + p * aStep] * b[bRow + p * bStep + j]` for `j <
  /// columns`.
  static void add(
      int k,
      double[] a,
      int aRow,
      int aStep,
      double[] b,
      int bRow,
      int bStep,
      double[] c,
      int cRow,
      int columns) {
    int j = 0;
    for (; j + 8 <= columns; j += 8) {
      addEight(k, a, aRow, aStep, b, bRow + j, bStep, c, cRow + j);
    }
    for (; j < columns; j++) {
      double sum = c[cRow + j];
      for (int p = 0; p < k; p++) {
        sum = Math.fma(a[aRow + p * aStep], b[bRow + p * bStep + j], sum);
      }
      c[cRow + j] = sum;
    }
  }

  private static void addEight(
      int k,
      double[] a,
      int aRow,
      int aStep,
      double[] b,
      int bRow,
      int bStep,
      double[] c,
      int cRow) {
    double s0 = c[cRow];
    double s1 = c[cRow + 1];
    double s2 = c[cRow + 2];
    double s3 = c[cRow + 3];
    double s4 = c[cRow + 4];
    double s5 = c[cRow + 5];
    double s6 = c[cRow + 6];
    double s7 = c[cRow + 7];
    for (int p = 0; p < k; p++) {
      double v = a[aRow + p * aStep];
      int at = bRow + p * bStep;
      s0 = Math.fma(v, b[at], s0);
      s1 = Math.fma(v, b[at + 1], s1);
      s2 = Math.fma(v, b[at + 2], s2);
      s3 = Math.fma(v, b[at + 3], s3);
      s4 = Math.fma(v, b[at + 4], s4);
      s5 = Math.fma(v, b[at + 5], s5);
      s6 = Math.fma(v, b[at + 6], s6);
      s7 = Math.fma(v, b[at + 7], s7);
    }
    c[cRow] = s0;
    c[cRow + 1] = s1;
    c[cRow + 2] = s2;
    c[cRow + 3] = s3;
    c[cRow + 4] = s4;
    c[cRow + 5] = s5;
    c[cRow + 6] = s6;
    c[cRow + 7] = s7;
  }
}
