package jacquard.kernels.cpu.gemm;

import com.sun.management.ThreadMXBean;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import jacquard.kernels.cpu.testing.OwnProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/// A product allocates nothing once its code is compiled.
class GemmAllocationTest {
  private static final int ROUNDS = 6000;

  /// What the array of sums over a measurement itself may take.
  private static final long UNNOTICED = 256;

  @Test
  void nothingIsAllocatedPerCall() throws IOException, InterruptedException {
    OwnProcess.check(GemmAllocationTest.class);
  }

  /// Exits with 1 and says how much, if products go on allocating.
  public static void main(String[] args) {
    WorkerPool pool = new WorkerPool(1);
    Gemm gemm = new Gemm(pool, VectorWidth.preferred());
    GemmShape[] shapes = {
      GemmShape.nn(100, 65, 40),
      GemmShape.tn(64, 32, 400),
      GemmShape.nt(1, 300, 100),
      GemmShape.nt(64, 64, 32).withBatch(Batch.of(4, 2048, 2048, 4096))
    };
    float[] a = new float[40_000];
    float[] b = new float[40_000];
    float[] c = new float[40_000];
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS && least > UNNOTICED; round++) {
      if (round % 2000 == 1000) {
        KernelWarmer.await(20_000_000_000L); // so that later rounds run vector code
        least = Long.MAX_VALUE;
      }
      long before = bean.getCurrentThreadAllocatedBytes();
      for (GemmShape shape : shapes) {
        gemm.f32(shape, a, 0, b, 0, c, 0, false, null);
      }
      long bytes = bean.getCurrentThreadAllocatedBytes() - before;
      least = round < 1000 ? Long.MAX_VALUE : Math.min(least, bytes);
    }
    System.out.println("bytes allocated by 4 products: " + least);
    System.exit(least < UNNOTICED ? 0 : 1);
  }
}
