package jacquard.examples.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long nanos;

  @Test
  void aLineTellsStepValuesThroughputAndTimeLeft() {
    ProgressLines lines = new ProgressLines(state(50), out(StandardCharsets.UTF_8));
    nanos = 9 * SECOND;
    lines.update(1, Map.of("loss", 4.3125), 0, "tokens");
    nanos = 10 * SECOND;
    lines.update(2, Map.of("loss", 4.0625), 11_234, "tokens");
    // 48 steps at one a second; the nine that went into compiling the first don't count.
    assertEquals(
        List.of(
            "gpt  step  1/50  loss 4.313",
            "gpt  step  2/50  loss 4.063  11.2k tokens/s  0:48 left"),
        text().lines().toList());
  }

  @Test
  void aValueStaysUntilItIsReplaced() {
    ProgressLines lines = new ProgressLines(state(4), out(StandardCharsets.UTF_8));
    lines.update(1, Map.of("loss", 2.0), 0, "");
    lines.update(2, Map.of("val", 3.0), 0, "");
    lines.update(3, Map.of("loss", 1.0), 0, "");
    assertTrue(text().lines().toList().get(2).contains("loss 1  val 3"), text());
  }

  @Test
  void theLastLineTellsHowLongItTook() {
    ProgressLines lines = new ProgressLines(state(10), out(StandardCharsets.UTF_8));
    nanos = 75 * SECOND;
    lines.update(10, Map.of(), 0, "");
    lines.close();
    assertEquals("gpt  step 10/10  in 1:15", text().strip());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 26, 27, 99, 1000, 2000, 5001, 1_000_000})
  void linesAreFewAndIncludeTheFirstAndTheLast(long total) {
    ProgressLines lines = new ProgressLines(state(total), out(StandardCharsets.UTF_8));
    for (long step = 1; step <= total; step++) {
      lines.update(step, Map.of(), 0, "");
    }
    lines.close();
    List<String> printed = text().lines().toList();
    assertTrue(printed.size() <= 28, () -> printed.size() + " lines");
    assertTrue(printed.size() >= Math.min(total, 10), () -> printed.size() + " lines");
    String width = "%" + Long.toString(total).length() + "d/";
    assertTrue(printed.getFirst().contains(width.formatted(1)), printed.getFirst());
    assertTrue(printed.getLast().contains(total + "/" + total), printed.getLast());
    assertEquals(printed.size(), printed.stream().distinct().count());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "26, 1", "27, 2", "52, 2", "53, 5", "200, 10", "2000, 100", "520, 20"})
  void linesComeAtRoundSteps(long total, long interval) {
    assertEquals(interval, ProgressLines.interval(total));
  }

  @Test
  void closingEarlyShowsWhereItStopped() {
    ProgressLines lines = new ProgressLines(state(1000), out(StandardCharsets.UTF_8));
    lines.update(1, Map.of(), 0, "");
    lines.update(7, Map.of(), 0, "");
    lines.close();
    lines.close();
    assertEquals(2, text().lines().count());
    assertTrue(text().contains("step    7/1000"), text());
  }

  @Test
  void messagesComeBetweenTheLines() {
    ProgressLines lines = new ProgressLines(state(2), out(StandardCharsets.UTF_8));
    lines.update(1, Map.of(), 0, "");
    lines.message("saved");
    lines.update(2, Map.of(), 0, "");
    assertEquals("saved", text().lines().toList().get(1));
  }

  @Test
  void theBarFillsTheLineAndNoMore() {
    try (ProgressLine line = bar(200, 100, StandardCharsets.UTF_8)) {
      line.update(50, Map.of("loss", 1.5), 2000, "images");
      for (int width : new int[] {120, 99, 70, 60, 40, 20, 5, 1}) {
        assertTrue(line.line(width).length() <= width, line.line(width));
      }
      assertEquals(
          "gpt  25% \u2588\u2588\u2588\u2588\u2588\u2588\u2588\u258c"
              + "\u2591".repeat(22)
              + "  50/200  loss 1.500  2.00k images/s",
          line.line(99));
      assertEquals("gpt  25%  50/200  loss 1.500  2.00k images/s", line.line(48));
    }
  }

  @Test
  void theBarIsAsciiWhereNothingElsePrints() {
    try (ProgressLine line = bar(4, 60, StandardCharsets.US_ASCII)) {
      line.update(2, Map.of(), 0, "");
      assertTrue(line.line(60).contains("[##############--------------]"), line.line(60));
    }
    assertFalse(text().contains("?"), text());
  }

  @Test
  void closingTheBarLeavesTheLastStateAndEndsTheLine() {
    ProgressLine line = bar(3, 80, StandardCharsets.UTF_8);
    line.update(1, Map.of(), 0, "");
    line.message("saved samples");
    line.update(3, Map.of("loss", 0.25), 0, "");
    line.close();
    String closed = text();
    line.close();
    assertEquals(closed, text());
    assertTrue(closed.contains("\rsaved samples\u001b[K\n"), closed);
    assertTrue(closed.endsWith(System.lineSeparator()), closed);
    String last = closed.substring(closed.lastIndexOf('\r'));
    assertTrue(last.contains("100%") && last.contains("3/3") && last.contains("0.2500"), last);
  }

  @Test
  void aMessageAfterTheEndIsAPlainLine() {
    ProgressLine line = bar(3, 80, StandardCharsets.UTF_8);
    line.close();
    int before = text().length();
    line.message("done");
    assertEquals("done\n", text().substring(before));
  }

  @Test
  void stepsBeyondTheTotalAreTheTotal() {
    ProgressLines lines = new ProgressLines(state(5), out(StandardCharsets.UTF_8));
    lines.update(9, Map.of(), 0, "");
    assertTrue(text().contains("step 5/5"), text());
  }

  @Test
  void aRunWithoutStepsIsRefused() {
    assertEquals(
        "progress: total is 0 steps, expected at least 1",
        assertThrows(
                IllegalArgumentException.class,
                () -> Progress.open("gpt", 0, out(StandardCharsets.UTF_8), false))
            .getMessage());
  }

  @Test
  void columnsComeFromTheEnvironmentFirst() {
    assertEquals(132, TerminalWidth.columns(Map.of("COLUMNS", "132")));
    assertTrue(TerminalWidth.columns(Map.of("COLUMNS", "wide")) >= 20);
    assertTrue(TerminalWidth.columns(Map.of("COLUMNS", "0")) >= 20);
    assertTrue(TerminalWidth.columns(Map.of()) >= 20);
  }

  private ProgressState state(long total) {
    return new ProgressState("gpt", total, () -> nanos);
  }

  private ProgressLine bar(long total, int columns, Charset charset) {
    return new ProgressLine(state(total), out(charset), columns);
  }

  private PrintStream out(Charset charset) {
    return new PrintStream(bytes, true, charset);
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
