package jacquard.bench.workloads;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.bench.Shell;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkloadsCommandTest {

  /// What the command prints, a value for each line.
  private static List<Json> lines(String... arguments) throws FormatException {
    String threads = System.getProperty("jacquard.threads");
    PrintStream real = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      Shell.Result result = Shell.bench(arguments);
      assertEquals(0, result.exit(), result::toString);
    } finally {
      System.setOut(real);
      if (threads == null) {
        System.clearProperty("jacquard.threads");
      } else {
        System.setProperty("jacquard.threads", threads);
      }
    }
    return Json.parse("[" + out.toString(UTF_8).strip().replace("\n", ",") + "]", "output").items();
  }

  @Test
  void aKernelsLineHasThePeersFieldsAndOurs() throws FormatException {
    List<Json> lines =
        lines("workloads", "--warm", "0", "--measure", "0.01", "W7-sgemm-256", "W7-gelu-1M-fwd");
    assertEquals(4, lines.size(), "sgemm, gelu forward and with backward, memory");
    Json sgemm = lines.getFirst();
    for (String field :
        List.of("threads", "ms_per_step", "p10", "p90", "unit_per_s", "steps", "gflops")) {
      assertTrue(sgemm.field(field).asDouble() > 0, field);
    }
    for (String field : List.of("first_step_ms", "peak_rss_mb", "plan_ms", "compile_ms")) {
      assertTrue(sgemm.field(field).asDouble() >= 0, field);
    }
    assertEquals("W7-sgemm-256", sgemm.field("workload").asText());
    // printed with 4 and 1 decimals
    assertEquals(
        2e-6 * 256 * 256 * 256 / sgemm.field("ms_per_step").asDouble(),
        sgemm.field("gflops").asDouble(),
        0.2);
    assertEquals(null, lines.get(1).optional("gflops"), "only products and convolutions tell");
    assertTrue(lines.getLast().field("peak_rss_mb").asLong() >= 0);
  }
}
