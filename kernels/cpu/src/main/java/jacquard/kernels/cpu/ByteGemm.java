package jacquard.kernels.cpu;

import jacquard.kernels.cpu.gemm.GemmShape;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.WorkerPool;

/// Matrix products of u8, which wrap: plain loops with the columns of the result innermost.
final class ByteGemm {
  private final WorkerPool pool;

  ByteGemm(WorkerPool pool) {
    this.pool = pool;
  }

  /// Parameters as in [jacquard.kernels.cpu.gemm.Gemm#f32].
  void multiply(GemmShape s, byte[] a, int ao, byte[] b, int bo, byte[] c, int co) {
    int rows = s.batch().count() * s.m();
    int work = Math.max(1, s.n() * Math.max(1, s.k()));
    pool.parallelFor(
        rows,
        Grain.ofPlainLoop(work),
        (from, to, worker) -> {
          for (int row = from; row < to; row++) {
            int item = row / s.m();
            int i = row % s.m();
            int aAt = ao + s.batch().aOffset(item) + i * s.aRowStride();
            int bAt = bo + s.batch().bOffset(item);
            int cAt = co + s.batch().cOffset(item) + i * s.cRowStride();
            row(a, aAt, b, bAt, c, cAt, s);
          }
        });
  }

  private static void row(byte[] a, int ao, byte[] b, int bo, byte[] c, int co, GemmShape s) {
    java.util.Arrays.fill(c, co, co + s.n(), (byte) 0);
    for (int k = 0; k < s.k(); k++) {
      byte x = a[ao + k * s.aColStride()];
      int at = bo + k * s.bRowStride();
      for (int j = 0; j < s.n(); j++) {
        c[co + j] += (byte) (x * b[at + j * s.bColStride()]);
      }
    }
  }
}
