package jacquard.kernels.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.cpu.conv.Convolution.Form;
import jacquard.kernels.cpu.conv.Convolution.Way;
import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which class computes which shape: a bound that moves shows here, and not only as a layer that
/// takes twice as long.
class ConvolutionWayTest {
  private static Way[] ways(VectorWidth width, ConvShape shape) {
    try (WorkerPool pool = new WorkerPool(1)) {
      Convolution convolution = new Convolution(pool, new KernelTable(width, true));
      return Arrays.stream(Form.values())
          .map(form -> convolution.way(form, shape, Element.F32))
          .toArray(Way[]::new);
    }
  }

  /// Layers of the workloads W4 and W5, the convolution that other engines measure, and what lies
  /// beside them. Columns: batch, channels, side, filters, kernel, stride, padding; forward, input
  /// gradient and weight gradient, with 256 bits and, where it differs, with 512.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "64 32 14 64 3 1 1 | WINOGRAD WINOGRAD WINOGRAD_GRADIENT |",
        "64 64 14 32 3 1 1 | WINOGRAD WINOGRAD WINOGRAD_GRADIENT |",
        "64 64 14 128 4 2 1 | WINOGRAD WINOGRAD WINOGRAD_GRADIENT |",
        "128 32 14 64 3 2 1 | BATCH BATCH BATCH_GRADIENT |",
        // one channel: 16 and 9 products in a sum
        "64 1 28 64 4 2 1 | NARROW_FORWARD NARROW_GRADIENT PIXELS |",
        "128 1 28 32 3 2 1 | NARROW_FORWARD NARROW_GRADIENT PIXELS |",
        "1 1 28 64 4 2 1 | NARROW_FORWARD PIXELS PIXELS |",
        // 32 products in a sum, and 36; 48 rows of an input gradient, and 54
        "32 2 28 8 4 1 1 | NARROW_FORWARD NARROW_GRADIENT PIXELS |",
        "32 4 6 8 3 1 1 | BATCH NARROW_GRADIENT PIXELS |",
        "32 3 6 8 4 1 1 | BATCH NARROW_GRADIENT PIXELS |",
        "32 6 6 8 3 1 1 | BATCH BATCH PIXELS |",
        // images that fill four fifths of panels, and that don't
        "13 20 4 20 3 1 1 | BATCH BATCH BATCH_GRADIENT | PIXELS PIXELS PIXELS",
        "12 20 4 20 3 1 1 | PIXELS PIXELS PIXELS |",
        "26 20 4 20 3 1 1 | BATCH BATCH BATCH_GRADIENT |",
        // as many channels as a vector has lanes, and one less
        "32 8 4 8 3 1 1 | BATCH BATCH BATCH_GRADIENT | BATCH BATCH PIXELS",
        "32 7 4 8 3 1 1 | BATCH BATCH PIXELS |",
        "32 16 4 8 3 1 1 | BATCH BATCH BATCH_GRADIENT |",
        // 121 pixels, and 144
        "32 16 11 32 3 1 1 | PIXELS BATCH BATCH_GRADIENT | BATCH BATCH BATCH_GRADIENT",
        "32 16 12 32 3 1 1 | PIXELS BATCH PIXELS | BATCH BATCH PIXELS",
        // products and their calls: 1.3 times the direct form's, and 0.9; too few rows
        "64 24 14 24 3 1 1 | PIXELS PIXELS PIXELS | BATCH BATCH PIXELS",
        "64 32 8 32 4 2 1 | WINOGRAD BATCH BATCH_GRADIENT |",
        "64 16 14 64 3 1 1 | PIXELS BATCH PIXELS | BATCH BATCH PIXELS",
        // blocks of 16 and 32 images of more than 4 Mi elements
        "32 128 64 128 3 2 1 | PIXELS PIXELS PIXELS |",
        "1 64 14 128 3 1 1 | PIXELS PIXELS PIXELS |",
        "0 64 14 128 3 1 1 | PIXELS PIXELS PIXELS |",
      })
  void layersReachTheirClass(String layer, String narrow, String wide) {
    int[] s = Arrays.stream(layer.split(" ")).mapToInt(Integer::parseInt).toArray();
    ConvShape shape = ConvShape.of(s[0], s[1], s[2], s[2], s[3], s[4], s[5], s[6]);
    assertEquals(narrow, text(ways(VectorWidth.BITS_256, shape)), "256 bits");
    assertEquals(wide == null ? narrow : wide, text(ways(VectorWidth.BITS_512, shape)), "512 bits");
  }

  private static String text(Way[] ways) {
    List<String> words = new ArrayList<>();
    for (Way way : ways) {
      words.add(way.name());
    }
    return String.join(" ", words);
  }

  @Test
  void groupsAreNotNarrow() {
    ConvShape shape = new ConvShape(32, 2, 28, 28, 2, 28, 28, 3, 3, 1, 1, 1, 1, 1, 1, 2);
    assertEquals("PIXELS PIXELS PIXELS", text(ways(VectorWidth.BITS_256, shape)));
  }
}
