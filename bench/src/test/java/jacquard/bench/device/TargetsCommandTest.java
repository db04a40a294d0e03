package jacquard.bench.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.bench.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetsCommandTest {
  @TempDir Path temp;

  private static String line(String peer, String what, double millis, String more) {
    return "{\"peer\": \"%s\", \"workload\": \"%s\", \"ms_per_step\": %s%s}\n"
        .formatted(peer, what, millis, more);
  }

  private String file(String name, String... lines) throws IOException {
    return Files.writeString(temp.resolve(name), String.join("", lines)).toString();
  }

  private String ours() throws IOException {
    return file(
        "ours",
        line("jacquard", "W1-gpt-small", 3, ""),
        line("jacquard", "W1-gpt-small-bf16", 2, ""),
        line("jacquard", "bf16 product 4096", 1, ", \"gflops\": 690.0"),
        line("jacquard", "copy", 1, ", \"gb_per_s\": 80.0"),
        line("jacquard", "gelu", 1, ", \"gb_per_s\": 85.0"),
        "{\"peer\": \"jacquard\", \"peak_rss_mb\": 463}\n");
  }

  private static String row(Shell.Result result, String start) {
    return result.out().stream()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .map(line -> line.replaceAll(" +", " "))
        .orElseThrow(() -> new AssertionError(result.toString()));
  }

  @Test
  void whatIsMeasuredIsMetOrMissed() throws IOException {
    String peer =
        file(
            "peer",
            "a warning of the peer's\n",
            line("pytorch-2.11.0-eager", "W1-gpt-small", 5, ""),
            line("pytorch-2.11.0-compiled", "W1-gpt-small", 2.5, ""),
            line("pytorch-2.11.0-eager-bf16", "W1-gpt-small", 2, ""),
            line("pytorch-2.11.0", "bf16 product 4096", 1, ", \"gflops\": 1000.0"),
            line("pytorch-2.11.0", "copy", 1, ", \"gb_per_s\": 100.0"));
    Shell.Result result = Shell.bench("targets", "--peer", peer, ours());
    assertEquals(0, result.exit(), result::toString);
    assertTrue(result.out().getFirst().startsWith("what"), result::toString);
    assertEquals(
        "W1-gpt-small : eager 3.000 ms 5.000 ms 0.60 <= 0.60 met",
        row(result, "W1-gpt-small : eager"));
    assertEquals(
        "W1-gpt-small : compiled 3.000 ms 2.500 ms 1.20 <= 1.00 MISSED",
        row(result, "W1-gpt-small : compiled"));
    assertEquals(
        "W1-gpt-small-bf16 : eager 2.000 ms 2.000 ms 1.00 <= 0.60 MISSED",
        row(result, "W1-gpt-small-bf16 : eager"));
    assertEquals(
        "W2-gpt-medium : eager - - - <= 0.80 not measured", row(result, "W2-gpt-medium : eager"));
    assertEquals(
        "bf16 product 4096 690.0 GFLOP/s 1000.0 GFLOP/s 0.69 >= 0.70 MISSED",
        row(result, "bf16 product 4096"));
    assertEquals("gelu 85.000 GB/s 100.0 GB/s 0.85 >= 0.85 met", row(result, "gelu"));
  }

  /// Kernels still have our own copy to be compared with.
  @Test
  void withoutAPeerOnlyBandwidthIsCompared() throws IOException {
    Shell.Result result = Shell.bench("targets", ours());
    assertTrue(result.out().getFirst().startsWith("beside no peer"), result::toString);
    assertEquals("gelu 85.000 GB/s 80.000 GB/s 1.06 >= 0.85 met", row(result, "gelu"));
    assertEquals(1, result.out().stream().filter(l -> l.endsWith("met")).count(), result::toString);
  }

  @Test
  void anotherReleaseOfThePeerIsTold() throws IOException {
    String peer = file("peer", line("pytorch-2.8.0-eager", "W1-gpt-small", 5, ""));
    Shell.Result result = Shell.bench("targets", "--peer", peer, ours());
    assertEquals(
        "beside pytorch-2.8.0-eager; the targets are those beside pytorch-2.11",
        result.out().getFirst());
  }

  @Test
  void nothingMeasuredIsToldInOneLine() throws IOException {
    Shell.Result result = Shell.bench("targets", file("ours", "words\n"));
    assertEquals(2, result.exit(), result::toString);
    String told = "targets: [" + temp.resolve("ours") + "]: no measured workload or kernel";
    assertTrue(result.err().getFirst().endsWith(told), result::toString);
    assertEquals(1, result.err().size(), result::toString);
  }
}
