package jacquard.tensor.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Vectors from the known-answer file of Random123 (threefry2x32, 20 rounds).
class ThreefryTest {

  @ParameterizedTest
  @CsvSource({
    "00000000, 00000000, 00000000, 00000000, 6b200159, 99ba4efe",
    "ffffffff, ffffffff, ffffffff, ffffffff, 1cb996fc, bb002be7",
    "13198a2e, 03707344, 243f6a88, 85a308d3, c4923a9c, 483df7a0"
  })
  void blockGivesTheKnownAnswer(
      String k0, String k1, String c0, String c1, String word0, String word1) {
    long block = Threefry.block(word(k0), word(k1), word(c0), word(c1));
    assertEquals(word0, "%08x".formatted((int) block));
    assertEquals(word1, "%08x".formatted((int) (block >>> 32)));
  }

  @Test
  void randomTakesItsKeyLowWordFirstAndCountsInRowMajorOrder() {
    long key = 0x0370734413198a2eL;
    Tensor random =
        Tensor.apply(
            new Op.Random(Shape.of(2, 3), 7), Tensor.constant(DType.I64, key, Device.REFERENCE));
    int[] expected = new int[6];
    for (int i = 0; i < 6; i++) {
      expected[i] = (int) Threefry.block(0x13198a2e, 0x03707344, i, 7);
    }
    assertArrayEquals(expected, random.toIntArray());
  }

  private static int word(String hex) {
    return Integer.parseUnsignedInt(hex, 16);
  }
}
