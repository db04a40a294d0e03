package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.cpu.machine.VectorWidth;
import org.junit.jupiter.api.Test;

class KernelTableTest {
  private static final double LARGE = 1e9;

  /// In double precision, which no other test here asks for at this width.
  @Test
  void largeProductsWaitForTheirKernelsSmallOnesDont() {
    KernelTable kernels = new KernelTable(VectorWidth.BITS_128, false);
    kernels.prepare(Element.F64, true, 1e5);
    long patience = kernels.patienceNanos();
    kernels.prepare(Element.F64, true, LARGE);
    boolean settled = kernels.areReady(Element.F64, true) || kernels.patienceNanos() <= 0;
    assertTrue(settled, "goes on too early");
    assertTrue(patience > 0, "a small product has waited");
  }

  @Test
  void noneWaitsForWidthsThatAreNeverCompiled() {
    KernelTable kernels = new KernelTable(VectorWidth.BITS_512, false);
    if (KernelWarmer.compiles(VectorWidth.BITS_512)) {
      return;
    }
    long patience = kernels.patienceNanos();
    kernels.prepare(Element.F32, false, LARGE);
    assertEquals(patience, kernels.patienceNanos());
  }

  /// A tile that nothing else asks for.
  @Test
  void usesOfPlainLoopsAreCountedUntilAKernelIsCompiled() {
    TieredKernel kernel =
        new TieredKernel(new TileSpec(Element.F64, VectorWidth.BITS_128, 1, 1, 1));
    long before = KernelWarmer.standIns();
    MicroKernel plain = kernel.active();
    assertTrue(KernelWarmer.standIns() > before, "not counted");
    kernel.ready(plain);
    before = KernelWarmer.standIns();
    assertSame(plain, kernel.active());
    assertEquals(before, KernelWarmer.standIns());
  }

  @Test
  void anInterruptEndsTheWaiting() {
    KernelTable kernels = new KernelTable(VectorWidth.BITS_128, false);
    Thread.currentThread().interrupt();
    kernels.prepare(Element.F64, false, LARGE);
    assertTrue(Thread.interrupted());
    assertFalse(kernels.patienceNanos() <= 0);
  }
}
