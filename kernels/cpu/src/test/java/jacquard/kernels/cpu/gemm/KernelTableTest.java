package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import org.junit.jupiter.api.Test;

class KernelTableTest {
  private static final double LARGE = 1e9;

  private final WorkerPool pool = new WorkerPool(1);

  /// In double precision, which no other test here asks for at this width.
  @Test
  void largeProductsWaitForTheirKernelsSmallOnesDont() {
    KernelTable kernels = new KernelTable(VectorWidth.BITS_128, false);
    kernels.prepare(Element.F64, true, 20, false, 1e5, pool);
    long patience = kernels.patienceNanos();
    kernels.prepare(Element.F64, true, 20, false, LARGE, pool);
    boolean settled =
        kernels.areReady(Element.F64, true, 20, false) || kernels.patienceNanos() <= 0;
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
    kernels.prepare(Element.F32, false, 20, false, LARGE, pool);
    assertEquals(patience, kernels.patienceNanos());
  }

  @Test
  void largeProductsToComeAreAwaitedUntilTheirKernelsAreCompiled() {
    KernelTable kernels = new KernelTable(VectorWidth.BITS_128, false);
    kernels.expect(Element.F64, true, 20, false, 1e5);
    assertFalse(kernels.isAwaiting(), "of a small product");
    kernels.expect(Element.F64, true, 20, false, LARGE);
    boolean awaiting = kernels.isAwaiting();
    assertTrue(awaiting || kernels.areReady(Element.F64, true, 20, false), "not awaited");
    kernels.prepare(Element.F64, true, 20, false, LARGE, pool);
    assertFalse(
        kernels.isAwaiting() && kernels.areReady(Element.F64, true, 20, false), "awaited for ever");
    KernelTable wide = new KernelTable(VectorWidth.BITS_512, false);
    wide.expect(Element.F32, false, 20, false, LARGE);
    assertFalse(wide.isAwaiting() && !KernelWarmer.compiles(VectorWidth.BITS_512));
  }

  /// A tile that nothing else asks for.
  @Test
  void usesOfPlainLoopsAreCountedUntilAKernelIsCompiled() {
    TieredKernel kernel =
        new TieredKernel(new TileSpec(Element.F64, VectorWidth.BITS_128, 1, 1, 1, false, false));
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
    kernels.prepare(Element.F64, false, 20, false, LARGE, pool);
    assertTrue(Thread.interrupted());
    assertFalse(kernels.patienceNanos() <= 0);
  }
}
