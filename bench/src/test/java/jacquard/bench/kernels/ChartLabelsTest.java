package jacquard.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartLabelsTest {
  /// A decade is 100 pixels on both axes.
  private static ChartLabels labels() {
    ChartRange decades = new ChartRange(1, 1000);
    return new ChartLabels(decades, decades, 300, 300);
  }

  @Test
  void aLabelStandsRightOfItsDotIfItCan() {
    ChartLabels.Place place = labels().beside(10, 30, "name").orElseThrow();
    assertTrue(place.x() > 10, place::toString);
    assertEquals(30, place.y(), 1e-9);
  }

  @Test
  void aLabelKeepsOffLines() {
    ChartLabels labels = labels();
    labels.occupy(1, 30, 1000, 30);
    ChartLabels.Place place = labels.beside(10, 30, "name").orElseThrow();
    assertTrue(Math.abs(100 * Math.log10(place.y() / 30)) > ChartLabels.FONT_SIZE / 2.0);
  }

  @Test
  void aRoofsNameStandsBesideIt() {
    ChartLabels labels = labels();
    labels.occupy(1, 1, 1000, 1000);
    ChartLabels.Place place = labels.along(1, 1, 1000, "L1").orElseThrow();
    assertTrue(Math.abs(100 * Math.log10(place.y() / place.x())) > ChartLabels.FONT_SIZE);
  }

  @Test
  void aLabelWithoutAPlaceIsLeftOut() {
    ChartLabels labels = labels();
    for (int i = 0; i <= 30; i++) {
      double y = Math.pow(10, i / 10.0);
      labels.occupy(1, y, 1000, y);
    }
    assertEquals(Optional.empty(), labels.beside(10, 30, "name"));
  }

  @ParameterizedTest
  @CsvSource({
    "gemm-w1-up-nt-768x512x128, w1-up-nt",
    "softmax-768x512-fwdbwd, softmax-fwdbwd",
    "conv-dilated-8x32to32-k3d2-fwd, conv-dilated-k3d2-fwd",
    "conv-w5-64to128-k4s2-fwd, conv-w5-64to128-k4s2-fwd",
    "attention-decode-w2-6x256x64, attention-decode-w2",
    "gelu-1M-fwd, gelu-1M-fwd",
  })
  void labelsLeaveSizesOut(String kernel, String label) {
    assertEquals(label, RooflineChart.shortened(kernel));
  }
}
