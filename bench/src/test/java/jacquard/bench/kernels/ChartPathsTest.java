package jacquard.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChartPathsTest {
  private static final Setting ONE = new Setting(1, 512);
  private static final Setting TWO = new Setting(2, 512);
  private static final Path JSON = Path.of("out", "report.json");

  @Test
  void aChartLiesBesideItsReport() {
    assertEquals(
        Map.of(ONE, Path.of("out", "report.png")), ChartPaths.of(List.of(ONE), JSON, null));
    assertEquals(
        Map.of(ONE, Path.of("a.b.png")), ChartPaths.of(List.of(ONE), Path.of("a.b.c"), null));
    assertEquals(
        Map.of(ONE, Path.of(".json.png")), ChartPaths.of(List.of(ONE), Path.of(".json"), null));
    assertEquals(Map.of(), ChartPaths.of(List.of(ONE), null, null));
  }

  @Test
  void severalSettingsHaveAChartEach() {
    assertEquals(
        Map.of(
            ONE, Path.of("out", "report-1-thread-512-bits.png"),
            TWO, Path.of("out", "report-2-threads-512-bits.png")),
        ChartPaths.of(List.of(ONE, TWO), JSON, null));
  }

  @Test
  void theUserMayChooseAnotherPlace() {
    Path chart = Path.of("roof");
    assertEquals(Map.of(ONE, chart), ChartPaths.of(List.of(ONE), JSON, chart));
    assertEquals(
        Map.of(
            ONE, Path.of("roof-1-thread-512-bits"),
            TWO, Path.of("roof-2-threads-512-bits")),
        ChartPaths.of(List.of(ONE, TWO), null, chart));
  }

  @Test
  void aChartDoesNotReplaceItsReport() {
    assertThrows(
        IllegalArgumentException.class,
        () -> ChartPaths.of(List.of(ONE), Path.of("report.png"), null));
    assertThrows(
        IllegalArgumentException.class,
        () -> ChartPaths.of(List.of(ONE), JSON, JSON.toAbsolutePath()));
  }
}
