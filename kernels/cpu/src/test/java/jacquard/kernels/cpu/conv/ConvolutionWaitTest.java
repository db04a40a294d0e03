package jacquard.kernels.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import jacquard.kernels.cpu.conv.Convolution.Form;
import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvolutionWaitTest {
  /// The 12 rows of a result are two tiles of 6, the 10 of an input gradient two of 5. They are
  /// packed where images fill panels, and read in place where pixels do.
  @ParameterizedTest
  @CsvSource({"64, 64, 2, false", "1, 256, 1, true"})
  void aFormExpectsTheTilesThatItNeedsAndNoOthers(
      int images, int side, int stride, boolean readsRows) {
    try (WorkerPool pool = new WorkerPool(1)) {
      KernelTable kernels = new KernelTable(VectorWidth.BITS_128, false);
      Convolution convolution = new Convolution(pool, kernels);
      ConvShape shape = ConvShape.of(images, 10, side, side, 12, 3, stride, 1);
      kernels.expect(Element.F64, readsRows, 12, true, 1e9);
      kernels.prepare(Element.F64, readsRows, 12, true, 1e9, pool);
      assumeFalse(kernels.isAwaiting(), "a busy machine");
      convolution.expect(Form.FORWARD, shape, Element.F64);
      assertFalse(kernels.isAwaiting(), "more than the tiles of 6 rows");
      convolution.expect(Form.INPUT_GRADIENT, shape, Element.F64);
      assertTrue(kernels.isAwaiting(), "not the tiles of 5 rows");
    }
  }
}
