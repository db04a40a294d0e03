package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntegerGemmTest {
  private static GemmShape[] shapes(int m, int n, int k) {
    return new GemmShape[] {
      GemmShape.nn(m, n, k),
      GemmShape.nt(m, n, k),
      GemmShape.tn(m, n, k),
      GemmShape.tt(m, n, k),
      GemmShape.nn(m, n, k).withBatch(Batch.of(3, m * k, 0, m * n)),
      new GemmShape(m, n, k, 2 * k, 2, 3 * n, 3, n, Batch.of(2, 1, 1, m * n)),
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void sumsWrapAroundAsInPlainLoops(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      Gemm gemm = new Gemm(pool, VectorWidth.BITS_256);
      for (int[] size :
          new int[][] {{1, 1, 1}, {5, 7, 3}, {17, 31, 13}, {64, 40, 100}, {3, 4, 0}}) {
        for (GemmShape shape : shapes(size[0], size[1], size[2])) {
          check(gemm, shape, false);
          check(gemm, shape, true);
        }
      }
    }
  }

  private static void check(Gemm gemm, GemmShape s, boolean accumulate) {
    Random random = new Random(17);
    long[] a = random.longs(30_000).toArray();
    long[] b = random.longs(30_000).toArray();
    long[] c = random.longs(30_000).toArray();
    long[] expected = c.clone();
    for (int item = 0; item < s.batch().count(); item++) {
      for (int i = 0; i < s.m(); i++) {
        for (int j = 0; j < s.n(); j++) {
          long sum = 0;
          for (int p = 0; p < s.k(); p++) {
            sum +=
                a[1 + s.batch().aOffset(item) + i * s.aRowStride() + p * s.aColStride()]
                    * b[2 + s.batch().bOffset(item) + p * s.bRowStride() + j * s.bColStride()];
          }
          int at = 3 + s.batch().cOffset(item) + i * s.cRowStride() + j;
          expected[at] = sum + (accumulate ? c[at] : 0);
        }
      }
    }
    int[] narrow = toInts(c);
    gemm.i32(s, toInts(a), 1, toInts(b), 2, narrow, 3, accumulate, null);
    assertArrayEquals(toInts(expected), narrow, s.toString());
    gemm.i64(s, a, 1, b, 2, c, 3, accumulate, null);
    assertArrayEquals(expected, c, s.toString());
  }

  private static int[] toInts(long[] values) {
    int[] result = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (int) values[i];
    }
    return result;
  }

  @Test
  void epilogueSeesEveryRow() {
    try (WorkerPool pool = new WorkerPool(2)) {
      int[] seen = new int[40];
      new Gemm(pool, VectorWidth.BITS_256)
          .i32(
              GemmShape.nn(20, 300, 50).withBatch(Batch.of(2, 1000, 0, 6000)),
              new int[2000],
              0,
              new int[15000],
              0,
              new int[12000],
              0,
              false,
              (batch, from, to, worker, rows, offset) -> {
                for (int row = from; row < to; row++) {
                  seen[batch * 20 + row]++;
                }
              });
      for (int count : seen) {
        assertEquals(1, count);
      }
    }
  }
}
