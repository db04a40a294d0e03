package jacquard.examples.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.board.LogTail.News;
import jacquard.examples.view.MetricsLog;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
  @TempDir Path temp;

  private static List<Long> steps(List<Json> lines) throws IOException {
    List<Long> steps = new ArrayList<>();
    for (Json line : lines) {
      steps.add(line.field("step").asLong());
    }
    return steps;
  }

  private static News some(LogTail tail) throws IOException {
    News news = tail.next();
    assertNotNull(news);
    return news;
  }

  @Test
  void eachLineIsToldOnce() throws IOException {
    WrittenRun run = WrittenRun.of(temp, "gpt", 9, "");
    LogTail tail = new LogTail(run.metrics());
    assertEquals(new News(true, List.of()), tail.next(), "no file yet");
    assertNull(tail.next());
    run.line(1, 3).line(2, 2);
    News news = some(tail);
    assertEquals(List.of(1L, 2L), steps(news.lines()));
    assertNull(tail.next());
    run.line(3, 1);
    assertEquals(List.of(3L), steps(some(tail).lines()));
    assertEquals("{\"step\":3,\"loss\":1.0}", String.valueOf(LogTail.last(run.metrics())));
  }

  @Test
  void halfALineWaitsForItsEnd() throws IOException {
    WrittenRun run = WrittenRun.of(temp, "gpt", 9, "").line(1, 3);
    LogTail tail = new LogTail(run.metrics());
    some(tail);
    Files.writeString(run.metrics(), "{\"step\": 2, \"lo", StandardOpenOption.APPEND);
    assertNull(tail.next());
    Files.writeString(run.metrics(), "ss\": null}\nnonsense\n", StandardOpenOption.APPEND);
    assertEquals(List.of(2L), steps(some(tail).lines()), "and what is no line is left out");
  }

  @Test
  void aRunThatWasSetBackIsToldAnew() throws IOException {
    WrittenRun run = WrittenRun.of(temp, "gpt", 9, "").line(1, 3).line(2, 2).line(3, 1);
    LogTail tail = new LogTail(run.metrics());
    some(tail);
    MetricsLog.cut(run.metrics(), 1);
    run.line(2, 2.5).line(3, 1.5).line(4, 0.5);
    News news = some(tail);
    assertTrue(news.anew(), "though the file is longer than it was");
    assertEquals(List.of(1L, 2L, 3L, 4L), steps(news.lines()));
  }
}
