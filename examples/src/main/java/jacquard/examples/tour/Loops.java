package jacquard.examples.tour;

/// A matrix product `c += a b`, four times: M rows, N columns, K terms of each sum; all matrices
/// lie row by row. Each element of C is one chain of fused multiply-adds in the order of k, so all
/// four give the same bits.
enum Loops {
  /// One sum after another. The inner loop walks down a column of B: a cache line for each element.
  SUMS {
    @Override
    void run(int m, int n, int k, float[] a, float[] b, float[] c) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          float sum = c[i * n + j];
          for (int p = 0; p < k; p++) {
            sum = Math.fma(a[i * k + p], b[p * n + j], sum);
          }
          c[i * n + j] = sum;
        }
      }
    }
  },

  /// The inner loop walks along rows of B and C. All of B is read for each row of A.
  ROWS {
    @Override
    void run(int m, int n, int k, float[] a, float[] b, float[] c) {
      rows(m, n, k, 0, k, a, b, c);
    }
  },

  /// The same for one block of k after the other, whose rows of B stay in the cache.
  BLOCKED {
    @Override
    void run(int m, int n, int k, float[] a, float[] b, float[] c) {
      for (int from = 0; from < k; from += BLOCK) {
        rows(m, n, k, from, Math.min(k, from + BLOCK), a, b, c);
      }
    }
  },

  /// A block of k is copied into panels as wide as a tile, and tiles of C are summed up in local
  /// variables. M must be a multiple of 2 and N of 4.
  PACKED {
    @Override
    void run(int m, int n, int k, float[] a, float[] b, float[] c) {
      float[] rows = new float[m * BLOCK];
      float[] columns = new float[n * BLOCK];
      for (int from = 0; from < k; from += BLOCK) {
        int steps = Math.min(BLOCK, k - from);
        pack(a, from, 1, k, steps, m, 2, rows);
        pack(b, from * n, n, 1, steps, n, 4, columns);
        for (int j = 0; j < n; j += 4) {
          for (int i = 0; i < m; i += 2) {
            tile(steps, rows, i * steps, columns, j * steps, c, i * n + j, n);
          }
        }
      }
    }
  };

  /// Steps of k in a block: 64 rows of 480 columns are 120 KiB, which stay in the second-level
  /// cache.
  private static final int BLOCK = 64;

  abstract void run(int m, int n, int k, float[] a, float[] b, float[] c);

  private static void rows(int m, int n, int k, int from, int to, float[] a, float[] b, float[] c) {
    for (int i = 0; i < m; i++) {
      for (int p = from; p < to; p++) {
        float x = a[i * k + p];
        for (int j = 0; j < n; j++) {
          c[i * n + j] = Math.fma(x, b[p * n + j], c[i * n + j]);
        }
      }
    }
  }

  /// Panel after panel, `[panel][step][width]`: what a tile reads in one step lies side by side.
  private static void pack(
      float[] x,
      int at,
      int stepStride,
      int laneStride,
      int steps,
      int lanes,
      int width,
      float[] to) {
    int next = 0;
    for (int panel = 0; panel < lanes; panel += width) {
      for (int p = 0; p < steps; p++) {
        for (int lane = panel; lane < panel + width; lane++) {
          to[next++] = x[at + p * stepStride + lane * laneStride];
        }
      }
    }
  }

  /// Two rows and four columns of C: 8 sums, for which a step reads 6 elements.
  private static void tile(
      int steps, float[] a, int ai, float[] b, int bi, float[] c, int ci, int n) {
    int ni = ci + n;
    float s00 = c[ci];
    float s01 = c[ci + 1];
    float s02 = c[ci + 2];
    float s03 = c[ci + 3];
    float s10 = c[ni];
    float s11 = c[ni + 1];
    float s12 = c[ni + 2];
    float s13 = c[ni + 3];
    for (int p = 0; p < steps; p++) {
      float x0 = a[ai + 2 * p];
      float x1 = a[ai + 2 * p + 1];
      int y = bi + 4 * p;
      s00 = Math.fma(x0, b[y], s00);
      s01 = Math.fma(x0, b[y + 1], s01);
      s02 = Math.fma(x0, b[y + 2], s02);
      s03 = Math.fma(x0, b[y + 3], s03);
      s10 = Math.fma(x1, b[y], s10);
      s11 = Math.fma(x1, b[y + 1], s11);
      s12 = Math.fma(x1, b[y + 2], s12);
      s13 = Math.fma(x1, b[y + 3], s13);
    }
    c[ci] = s00;
    c[ci + 1] = s01;
    c[ci + 2] = s02;
    c[ci + 3] = s03;
    c[ni] = s10;
    c[ni + 1] = s11;
    c[ni + 2] = s12;
    c[ni + 3] = s13;
  }
}
