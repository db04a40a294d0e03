package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.data.Batch;
import jacquard.nn.data.TextWindows;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GapsTest {
  private static final int MASK = 7;
  private static final TextWindows TEXT = new TextWindows(tokens(), 50);

  private static int[] tokens() {
    int[] tokens = new int[5000];
    Arrays.setAll(tokens, i -> i * i % MASK);
    return tokens;
  }

  /// Where a window begins must not say whether its first token is chosen.
  @Test
  void gapsDoNotDependOnWhereWindowsBegin() {
    int[] positions = new int[5000];
    Arrays.setAll(positions, i -> i);
    double inFirstFifth = 0;
    double chosen = 0;
    for (int step = 0; step < 2000; step++) {
      Batch batch =
          new Gaps(0.2, positions.length, 3)
              .in(new TextWindows(positions, 50).random(1, 3))
              .batch(step);
      if (batch.ints("y")[0] != Gaps.NONE) {
        chosen++;
        inFirstFifth += batch.ints("y")[0] < positions.length / 5 ? 1 : 0;
      }
    }
    assertEquals(0.2, inFirstFifth / chosen, 0.06);
  }

  @Test
  void chosenTokensAreMaskedReplacedOrLeft() {
    Batch before = TEXT.random(200, 3).batch(4);
    Batch after = new Gaps(0.2, MASK, 1).in(TEXT.random(200, 3)).batch(4);
    int[] original = before.ints("x");
    int[] x = after.ints("x");
    int[] y = after.ints("y");
    int chosen = 0;
    int masked = 0;
    int same = 0;
    for (int i = 0; i < x.length; i++) {
      if (y[i] == Gaps.NONE) {
        assertEquals(original[i], x[i]);
      } else {
        assertEquals(original[i], y[i]);
        chosen++;
        masked += x[i] == MASK ? 1 : 0;
        same += x[i] == y[i] ? 1 : 0;
        assertTrue(x[i] >= 0 && x[i] <= MASK);
      }
    }
    assertEquals(0.2, chosen / 10_000.0, 0.02);
    assertEquals(0.8, masked / (double) chosen, 0.04);
    // a tenth left alone, and of the tenth that another replaces, a seventh is the same by chance
    assertEquals(0.1 + 0.1 / 7, same / (double) chosen, 0.04);
  }

  @Test
  void gapsDependOnSeedAndStepOnly() {
    Gaps gaps = new Gaps(0.15, MASK, 1);
    int[] first = gaps.in(TEXT.random(4, 3)).batch(9).ints("x");
    assertArrayEquals(first, gaps.in(TEXT.random(4, 3)).batch(9).ints("x"));
    assertTrue(
        !Arrays.equals(first, new Gaps(0.15, MASK, 2).in(TEXT.random(4, 3)).batch(9).ints("x")));
  }

  @Test
  void everyBatchHasATarget() {
    Batch batch = new Gaps(1e-9, MASK, 1).in(new TextWindows(tokens(), 3).random(1, 1)).batch(0);
    assertEquals(1, Arrays.stream(batch.ints("y")).filter(y -> y != Gaps.NONE).count());
    assertThrows(IllegalArgumentException.class, () -> new Gaps(0, MASK, 1));
    assertThrows(IllegalArgumentException.class, () -> new Gaps(1, MASK, 1));
  }
}
