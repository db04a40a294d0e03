package jacquard.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextWindowsTest {
  private static TextWindows windows(int tokens, int context) {
    return new TextWindows(IntStream.range(0, tokens).toArray(), context);
  }

  @Test
  void targetsAreTheNextTokens() {
    BatchSource source = windows(100, 8).random(5, 1);
    for (int step = 0; step < 200; step++) {
      Batch batch = source.batch(step);
      int[] x = batch.ints("x");
      int[] y = batch.ints("y");
      for (int row = 0; row < 5; row++) {
        for (int t = 0; t < 8; t++) {
          assertEquals(x[row * 8] + t, x[row * 8 + t]);
          assertEquals(x[row * 8 + t] + 1, y[row * 8 + t]);
        }
      }
    }
  }

  @Test
  void everyStartIsDrawnAboutEquallyOften() {
    BatchSource source = windows(18, 8).random(100, 3);
    int[] counts = new int[10];
    for (int step = 0; step < 100; step++) {
      int[] x = source.batch(step).ints("x");
      for (int row = 0; row < 100; row++) {
        counts[x[row * 8]]++;
      }
    }
    for (int count : counts) {
      assertEquals(1000, count, 150, Arrays.toString(counts));
    }
  }

  @Test
  void batchesDependOnSeedAndStepAlone() {
    BatchSource one = windows(1000, 8).random(4, 1);
    BatchSource two = windows(1000, 8).random(4, 1);
    two.batch(3);
    assertArrayEquals(one.batch(17).ints("x"), two.batch(17).ints("x"));
    assertNotEquals(
        Arrays.toString(one.batch(17).ints("x")), Arrays.toString(one.batch(18).ints("x")));
    assertNotEquals(
        Arrays.toString(one.batch(17).ints("x")),
        Arrays.toString(windows(1000, 8).random(4, 2).batch(17).ints("x")));
    assertEquals(0, one.batch(30).epoch());
    assertEquals(1, one.batch(31).epoch());
  }

  @Test
  void spreadWindowsReachFromFirstToLast() {
    Dataset data = windows(100, 10).spread(4);
    int[] x = Batches.of(data, 4, Batches.Tail.DROP).batch(0).ints("x");
    assertArrayEquals(new int[] {0, 29, 59, 89}, new int[] {x[0], x[10], x[20], x[30]});
    assertEquals(90, windows(100, 10).spread(1000).size());
    assertEquals(1, windows(100, 10).spread(1).size());
    assertEquals(1, windows(11, 10).spread(5).size());
  }

  @Test
  void allWindowsCoverEachTargetOnce() {
    Dataset data = windows(35, 8).all();
    assertEquals(4, data.size());
    int[] y = Batches.of(data, 4, Batches.Tail.DROP).batch(0).ints("y");
    assertArrayEquals(IntStream.rangeClosed(1, 32).toArray(), y);
    assertEquals(1, windows(9, 8).all().size());
  }

  @Test
  void documentsAreJoinedWithASeparator() {
    assertArrayEquals(
        new int[] {1, 2, 9, 9, 3, 9},
        TextWindows.join(List.of(new int[] {1, 2}, new int[0], new int[] {3}), 9));
  }

  @Test
  void tooFewTokensAreNamed() {
    assertEquals(
        "windows: 8 tokens don't fill a context of 8 and its next token; use more text or a smaller context",
        assertThrows(IllegalArgumentException.class, () -> windows(8, 8)).getMessage());
    assertTrue(windows(9, 8).starts() == 1);
  }
}
