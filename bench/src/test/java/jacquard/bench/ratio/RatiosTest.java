package jacquard.bench.ratio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.bench.Shell;
import jacquard.bench.figures.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RatiosTest {
  @TempDir Path temp;

  private static String line(String peer, String workload, int threads, double millis) {
    return "{\"peer\": \"%s\", \"workload\": \"%s\", \"threads\": %d, \"ms_per_step\": %s}\n"
        .formatted(peer, workload, threads, millis);
  }

  private Path file(String name, String... lines) throws IOException {
    return Files.writeString(temp.resolve(name), String.join("", lines));
  }

  @Test
  void theFastestPeerCountsWithTheMedianOfItsRuns() throws IOException {
    Path ours =
        file(
            "ours",
            "WARNING: a tool's own words\n",
            line("jacquard", "W1", 1, 3),
            line("jacquard", "W1", 2, 2),
            line("jacquard", "W9", 1, 1),
            "{\"peer\": \"jacquard\", \"peak_rss_mb\": 463}\n");
    Path peers =
        file(
            "peers",
            line("a", "W1", 1, 5),
            line("b", "W1-sdpa", 1, 4),
            line("b", "W1-sdpa", 1, 1),
            line("b", "W1-sdpa", 1, 6),
            line("a", "W1", 2, 8),
            "{\"peer\": \"a\", \"workload\": \"W1\", \"threads\": 1, \"ms_per_step\": 0.1,"
                + " \"superseded\": \"by a longer run\"}\n");
    assertEquals(
        List.of(new Ratios.Ratio("W1", 1, 3, "b-sdpa", 4), new Ratios.Ratio("W1", 2, 2, "a", 8)),
        Ratios.of(
            Figures.read("test", ours, Assertions::fail),
            Figures.read("test", peers, Assertions::fail)));
    assertEquals(
        List.of(
            "workload threads    ours ms    peer ms  ratio  peer",
            "W1             1     3.0000     4.0000   0.75  b-sdpa",
            "W1             2     2.0000     8.0000   0.25  a"),
        Shell.bench("ratio", ours.toString(), peers.toString()).out());
  }

  @Test
  void nothingInCommonIsToldInOneLine() throws IOException {
    Path ours = file("ours", line("jacquard", "W1", 1, 3));
    Path peers = file("peers", line("a", "W1", 2, 3));
    Shell.Result result = Shell.bench("ratio", ours.toString(), peers.toString());
    assertEquals(2, result.exit());
    assertEquals(1, result.err().size());
    assertTrue(result.err().getFirst().contains("no workload is in"), result::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "words",
        "{\"ms_per_step\": 1}",
        "{\"ms_per_step\": 1",
        "{\"peer\": \"a\", \"workload\": \"W1\", \"ms_per_step\": 1}",
        "{\"peer\": \"a\", \"workload\": \"W1\", \"threads\": 1, \"ms_per_step\": 0}",
        "{\"peer\": \"a\", \"workload\": \"W1\", \"threads\": 1, \"ms_per_step\": \"1\"}"
      })
  void badFilesAreNamed(String text) throws IOException {
    Path file = file("bad.jsonl", text);
    Shell.Result result = Shell.bench("ratio", file.toString(), file.toString());
    assertEquals(2, result.exit(), result::toString);
    assertTrue(result.err().getLast().contains("bad.jsonl"), result::toString);
  }
}
