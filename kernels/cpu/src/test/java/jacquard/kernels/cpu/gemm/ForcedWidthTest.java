package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.cpu.testing.OwnProcess;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// The switch `jacquard.vectorBits` and the vectors of code that is not generated.
class ForcedWidthTest {
  @Test
  void codeThatIsNotGeneratedHasTheWidthThatIsForced() throws IOException, InterruptedException {
    OwnProcess.check(ForcedWidthTest.class, "-Djacquard.vectorBits=128");
  }

  /// With vectors of 128 bits, whatever the processor's are.
  public static void main(String[] args) {
    assertEquals(4, F32Vectors.LANES);
    assertEquals(2, F64Vectors.LANES);
    assertEquals(4, Combinations.LANES);
    float[] from = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    float[] to = new float[6];
    int[] offsets = {0, 5, 2};
    Combinations.addVectors(from, offsets, new float[] {1, -1, 2}, 3, to, 1, 4);
    assertArrayEquals(new float[] {0, 1, 3, 5, 7, 0}, to);
  }
}
