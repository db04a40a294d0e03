package jacquard.examples.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScatterChartTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.08, 0.08",
    "-0.1, -0.1",
    "0.30000000000000004, 0.3",
    "-1.4e-17, 0",
    "2.5, 2.5",
    "1200, 1200",
    "0.000015, 0.000015",
  })
  void numbersOfAnAxisAreWhole(double value, String expected) {
    assertEquals(expected, ScatterChart.tick(value));
  }
}
