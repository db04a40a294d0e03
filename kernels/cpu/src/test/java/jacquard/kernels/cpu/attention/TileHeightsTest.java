package jacquard.kernels.cpu.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileHeightsTest {
  @ParameterizedTest
  @CsvSource({"32, 14, 8 8 8 8", "16, 6, 6 5 5", "8, 6, 4 4", "8, 8, 8"})
  void blocksOfEachWidthHaveTheirTiles(int rows, int most, String expected) {
    int[] heights = Arrays.stream(expected.split(" ")).mapToInt(Integer::parseInt).toArray();
    assertArrayEquals(heights, TileHeights.of(rows, most));
  }

  @ParameterizedTest
  @CsvSource({"32, 14", "16, 6", "8, 6", "8, 8", "24, 7", "13, 5", "1, 6"})
  void tilesFillABlockAndFitTheRegisters(int rows, int most) {
    int[] heights = TileHeights.of(rows, most);
    assertEquals(rows, Arrays.stream(heights).sum());
    assertTrue(Arrays.stream(heights).allMatch(height -> 1 <= height && height <= most));
    assertTrue(Arrays.stream(heights).distinct().count() <= 2, () -> Arrays.toString(heights));
    assertEquals(Arrays.stream(heights).max().orElseThrow(), heights[0]);
  }
}
