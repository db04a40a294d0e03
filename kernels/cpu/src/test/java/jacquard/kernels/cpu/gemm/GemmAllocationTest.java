package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// A product allocates nothing once its code is compiled.
///
/// In a process of its own, as users have it: where vectors of several widths have run, as in the
/// other tests, the Vector API's methods have mixed profiles, and C2 may box vectors for ever.
class GemmAllocationTest {
  private static final int ROUNDS = 6000;

  /// What the array of sums over a measurement itself may take.
  private static final long UNNOTICED = 256;

  @Test
  void nothingIsAllocatedPerCall() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                GemmAllocationTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
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
