package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Products of `int` and `long` matrices: plain loops that the just-in-time compiler vectorises.
/// Sums wrap around.
///
/// Rows are shared among the threads; a row of C is built from rows of B where these are
/// contiguous, and else one dot product at a time.
final class IntegerGemm {
  private final WorkerPool pool;

  IntegerGemm(WorkerPool pool) {
    this.pool = pool;
  }

  /// Computes a row of C from the offsets of A's row, B's matrix and C's row.
  private interface RowBody {
    void row(int aOrigin, int bOrigin, int cOrigin);
  }

  void i32(
      GemmShape s,
      int[] a,
      int aOffset,
      int[] b,
      int bOffset,
      int[] c,
      int cOffset,
      boolean accumulate,
      @Nullable Epilogue epilogue) {
    rows(
        s,
        aOffset,
        bOffset,
        c,
        cOffset,
        (aRow, bItem, cRow) -> {
          if (!accumulate) {
            Arrays.fill(c, cRow, cRow + s.n(), 0);
          }
          if (s.bColStride() == 1) {
            for (int p = 0; p < s.k(); p++) {
              addRow(s.n(), a[aRow + p * s.aColStride()], b, bItem + p * s.bRowStride(), c, cRow);
            }
          } else {
            for (int j = 0; j < s.n(); j++) {
              c[cRow + j] += dot(s, a, aRow, b, bItem + j * s.bColStride());
            }
          }
        },
        epilogue);
  }

  private static void addRow(int n, int factor, int[] b, int bRow, int[] c, int cRow) {
    for (int j = 0; j < n; j++) {
      c[cRow + j] += factor * b[bRow + j];
    }
  }

  private static int dot(GemmShape s, int[] a, int aRow, int[] b, int bColumn) {
    int aStep = s.aColStride();
    int bStep = s.bRowStride();
    int sum = 0;
    if (aStep == 1 && bStep == 1) {
      for (int p = 0; p < s.k(); p++) {
        sum += a[aRow + p] * b[bColumn + p];
      }
    } else {
      for (int p = 0; p < s.k(); p++) {
        sum += a[aRow + p * aStep] * b[bColumn + p * bStep];
      }
    }
    return sum;
  }

  void i64(
      GemmShape s,
      long[] a,
      int aOffset,
      long[] b,
      int bOffset,
      long[] c,
      int cOffset,
      boolean accumulate,
      @Nullable Epilogue epilogue) {
    rows(
        s,
        aOffset,
        bOffset,
        c,
        cOffset,
        (aRow, bItem, cRow) -> {
          if (!accumulate) {
            Arrays.fill(c, cRow, cRow + s.n(), 0);
          }
          if (s.bColStride() == 1) {
            for (int p = 0; p < s.k(); p++) {
              addRow(s.n(), a[aRow + p * s.aColStride()], b, bItem + p * s.bRowStride(), c, cRow);
            }
          } else {
            for (int j = 0; j < s.n(); j++) {
              c[cRow + j] += dot(s, a, aRow, b, bItem + j * s.bColStride());
            }
          }
        },
        epilogue);
  }

  private static void addRow(int n, long factor, long[] b, int bRow, long[] c, int cRow) {
    for (int j = 0; j < n; j++) {
      c[cRow + j] += factor * b[bRow + j];
    }
  }

  private static long dot(GemmShape s, long[] a, int aRow, long[] b, int bColumn) {
    long sum = 0;
    for (int p = 0; p < s.k(); p++) {
      sum += a[aRow + p * s.aColStride()] * b[bColumn + p * s.bRowStride()];
    }
    return sum;
  }

  private void rows(
      GemmShape s,
      int aOffset,
      int bOffset,
      Object c,
      int cOffset,
      RowBody body,
      @Nullable Epilogue epilogue) {
    int m = s.m();
    Batch batch = s.batch();
    double operations = (double) s.n() * s.k() + 1;
    pool.parallelFor(
        s.n() == 0 ? 0 : Math.multiplyExact(m, batch.count()),
        Grain.ofPlainLoop(operations),
        (from, to, worker) -> {
          for (int item = from / m; item * m < to; item++) {
            int first = Math.max(0, from - item * m);
            int end = Math.min(m, to - item * m);
            int aItem = aOffset + batch.aOffset(item);
            int bItem = bOffset + batch.bOffset(item);
            int cItem = cOffset + batch.cOffset(item);
            for (int row = first; row < end; row++) {
              body.row(aItem + row * s.aRowStride(), bItem, cItem + row * s.cRowStride());
            }
            if (epilogue != null) {
              epilogue.rows(item, first, end, worker, c, cItem + first * s.cRowStride());
            }
          }
        });
  }
}
