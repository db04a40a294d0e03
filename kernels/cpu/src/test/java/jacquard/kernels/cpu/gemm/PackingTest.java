package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PackingTest {
  private static final long LIMIT_NANOS = 60_000_000_000L;

  @BeforeAll
  static void askForVectors() {
    VectorTier.TRANSPOSE.isReady(Element.F32);
    VectorTier.TRANSPOSE_LARGE.isReady(Element.F32);
    assertTrue(KernelWarmer.await(LIMIT_NANOS));
    assertTrue(F32Vectors.BLOCK == 1 || VectorTier.TRANSPOSE.isReady(Element.F32), "not compiled");
  }

  /// Rows at any distance, also of nothing and backwards, in arrays that end with the last element.
  @Test
  void transposesRowsWhereverTheyLie() {
    Random random = new Random(4);
    for (int lanes = 1; lanes <= 17; lanes++) {
      for (int stride : new int[] {-21, -1, 0, 1, 2, 3, 7, 23}) {
        for (int k : new int[] {1, 2, 3, 8, 15, 16, 17, 21}) {
          int first = stride < 0 ? -stride * (lanes - 1) : 0;
          float[] from = GemmCase.floats(random, first + Math.max(0, stride) * (lanes - 1) + k);
          check(from, first, stride, k, lanes, (lanes + 7) & -8, true);
          check(from, first, stride, k, lanes, lanes, false);
        }
      }
    }
  }

  private static void check(
      float[] from, int first, int stride, int k, int lanes, int width, boolean padded) {
    float[] to = new float[k * width + 32];
    if (padded) {
      F32Loops.INSTANCE.packPadded(from, first, 1, stride, k, lanes, to, 0, width);
    } else {
      F32Loops.INSTANCE.pack(from, first, 1, stride, k, lanes, to, 0, width);
    }
    for (int p = 0; p < k; p++) {
      for (int j = 0; j < lanes; j++) {
        int place = p * width + j;
        assertEquals(
            from[first + j * stride + p],
            to[place],
            "%d lanes %d apart, k %d, at %d %d".formatted(lanes, stride, k, p, j));
      }
    }
  }
}
