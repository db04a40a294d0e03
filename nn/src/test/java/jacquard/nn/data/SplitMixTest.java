package jacquard.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SplitMixTest {
  /// The published sequence for this seed.
  @Test
  void numbersAreThoseOfSplitMix64() {
    SplitMix random = new SplitMix(1234567);
    for (String expected :
        new String[] {
          "6457827717110365317",
          "3203168211198807973",
          "9817491932198370423",
          "4593380528125082431",
          "16408922859458223821"
        }) {
      assertEquals(expected, Long.toUnsignedString(random.nextLong()));
    }
  }

  /// Checkpoints depend on these: a change breaks every resumed run.
  @Test
  void permutationsNeverChange() {
    assertArrayEquals(new int[] {5, 9, 1, 0, 6, 3, 8, 7, 2, 4}, SplitMix.of(42, 3).permutation(10));
    assertArrayEquals(new int[] {0}, SplitMix.of(1).permutation(1));
    assertArrayEquals(new int[0], SplitMix.of(1).permutation(0));
  }

  @Test
  void everyPermutationIsEquallyLikely() {
    Map<String, Integer> counts = new HashMap<>();
    int tries = 48_000;
    for (int seed = 0; seed < tries; seed++) {
      counts.merge(Arrays.toString(SplitMix.of(seed, 7).permutation(4)), 1, Integer::sum);
    }
    assertEquals(24, counts.size());
    double chi2 =
        counts.values().stream().mapToDouble(n -> (n - 2000.0) * (n - 2000.0) / 2000).sum();
    // 23 degrees of freedom: above 49.7 once in a thousand, below 7.5 as rarely. The seeds are
    // fixed.
    assertTrue(chi2 > 7.5 && chi2 < 49.7, "chi2 " + chi2);
  }

  @Test
  void boundedNumbersAreUniform() {
    SplitMix random = new SplitMix(9);
    int bound = 3 << 29;
    long sum = 0;
    int high = 0;
    for (int i = 0; i < 100_000; i++) {
      int n = random.nextInt(bound);
      assertTrue(n >= 0 && n < bound);
      sum += n;
      high += n >= 1 << 30 ? 1 : 0;
    }
    // A modulo would give the lower 2^30 two thirds and more; here a third is above.
    assertEquals(1 / 3.0, high / 1e5, 0.01);
    assertEquals(0.5, sum / 1e5 / bound, 0.005);
    assertThrows(IllegalArgumentException.class, () -> random.nextInt(0));
    assertEquals(0, random.nextInt(1));
  }

  @Test
  void fractionsLieBetweenZeroAndOne() {
    SplitMix random = new SplitMix(5);
    double sum = 0;
    for (int i = 0; i < 100_000; i++) {
      float f = random.nextFloat();
      double d = random.nextDouble();
      assertTrue(f >= 0 && f < 1 && d >= 0 && d < 1);
      sum += f + d;
    }
    assertEquals(1, sum / 1e5, 0.01);
  }

  @Test
  void keysGiveUnrelatedStreams() {
    long[][] keys = {{}, {0}, {0, 0}, {1}, {0, 1}, {1, 0}, {-1}};
    for (int a = 0; a < keys.length; a++) {
      for (int b = 0; b < a; b++) {
        assertNotEquals(SplitMix.of(1, keys[a]).nextLong(), SplitMix.of(1, keys[b]).nextLong());
      }
      assertEquals(SplitMix.of(1, keys[a]).nextLong(), SplitMix.of(1, keys[a]).nextLong());
      assertNotEquals(SplitMix.of(1, keys[a]).nextLong(), SplitMix.of(2, keys[a]).nextLong());
    }
  }
}
