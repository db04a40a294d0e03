package jacquard.kernels.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.cpu.conv.Convolution.Form;
import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import jacquard.kernels.cpu.testing.OwnProcess;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ConvolutionWaitTest {
  /// In a process of its own: kernels are shared, and others here may have had theirs compiled.
  @Test
  void aFormExpectsTheTilesThatItNeedsAndNoOthers() throws IOException, InterruptedException {
    OwnProcess.check(ConvolutionWaitTest.class);
  }

  /// The 12 rows of a result are two tiles of 6, the 10 of an input gradient two of 5. They are
  /// packed where images fill panels, and read in place where pixels do.
  public static void main(String[] args) {
    check(ConvShape.of(64, 10, 64, 64, 12, 3, 2, 1), false);
    check(ConvShape.of(1, 10, 256, 256, 12, 3, 1, 1), true);
  }

  private static void check(ConvShape shape, boolean readsRows) {
    try (WorkerPool pool = new WorkerPool(1)) {
      KernelTable kernels = new KernelTable(VectorWidth.BITS_128, false);
      Convolution convolution = new Convolution(pool, kernels);
      kernels.expect(Element.F64, readsRows, 12, true, 1e9);
      kernels.prepare(Element.F64, readsRows, 12, true, 1e9, pool);
      if (kernels.isAwaiting()) {
        System.out.println("SKIPPED: too busy a machine to compile four kernels in time");
        return;
      }
      convolution.expect(Form.FORWARD, shape, Element.F64);
      assertFalse(kernels.isAwaiting(), "more than the tiles of 6 rows");
      convolution.expect(Form.INPUT_GRADIENT, shape, Element.F64);
      assertTrue(kernels.isAwaiting(), "not the tiles of 5 rows");
    }
  }
}
