package jacquard.bench.workloads;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.bench.Shell;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
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
    lines.subList(0, 3).forEach(WorkloadsCommandTest::assertPlausible);
    assertEquals("W7-sgemm-256", sgemm.field("workload").asText());
    // printed with 4 and 1 decimals
    assertEquals(
        2e-6 * 256 * 256 * 256 / sgemm.field("ms_per_step").asDouble(),
        sgemm.field("gflops").asDouble(),
        0.2);
    assertEquals(null, lines.get(1).optional("gflops"), "only products and convolutions tell");
    assertMemory(lines.getLast());
  }

  @Test
  void aWorkloadsFirstLineTellsOfTheProcessStart() throws FormatException {
    List<Json> lines = lines("workloads", "--warm", "0", "--measure", "0.01", "W3");
    assertEquals(2, lines.size(), "the workload, memory");
    Json vae = lines.getFirst();
    assertPlausible(vae);
    double step = real(vae, "ms_per_step");
    assertEquals(128e3 / step, real(vae, "unit_per_s"), 0.01 * 128e3 / step);
    assertTrue(real(vae, "first_step_ms") >= step, "the first step makes the plan");
    assertTrue(real(vae, "plan_ms") > 0 && real(vae, "compile_ms") > 0, vae::toString);
    assertTrue(
        real(vae, "plan_ms") + real(vae, "compile_ms") < real(vae, "first_step_ms"), vae::toString);
    double first = real(vae, "first_step_s");
    double uptime = ManagementFactory.getRuntimeMXBean().getUptime() * 1e-3;
    assertTrue(1e3 * first >= real(vae, "first_step_ms") - 10 && first < uptime, vae::toString);
    Json steady = vae.optional("steady_s");
    if (steady != null) { // a busy machine may not get there
      double seconds = steady.asDouble();
      assertTrue(first - 1e-3 * real(vae, "first_step_ms") - 0.01 <= seconds && seconds < uptime);
    }
  }

  @Test
  void everyPartOfTheTimeIsExplained() {
    String help = String.join("\n", Shell.bench("workloads", "--help").out());
    for (String field : List.of("plan_ms", "compile_ms", "run_ms", "host_ms")) {
      assertTrue(help.contains(field + " "), help);
    }
    assertTrue(help.contains("just-in-time"), help);
  }

  /// What holds on any machine.
  private static void assertPlausible(Json line) {
    try {
      double step = real(line, "ms_per_step");
      assertTrue(0 < real(line, "p10") && real(line, "p10") <= step, line::toString);
      assertTrue(step <= real(line, "p90"), line::toString);
      assertTrue(0 < real(line, "first_step_ms"), line::toString);
      // a mean, unlike the median: a step that another program stopped is in it
      assertTrue(0 < real(line, "host_ms") && real(line, "host_ms") < 1e4, line::toString);
      assertTrue(0 < real(line, "run_ms") && real(line, "run_ms") < 1e4, line::toString);
      assertTrue(0 < real(line, "alloc_bytes_per_step"), line::toString);
      assertTrue(real(line, "alloc_bytes_per_step") < 16 << 20, line::toString);
      assertTrue(real(line, "plan_ms") >= 0 && real(line, "compile_ms") >= 0, line::toString);
      assertMemory(line);
    } catch (FormatException e) {
      throw new AssertionError(e);
    }
  }

  /// A JVM takes more than 50 MB, and no machine for tests has a terabyte.
  private static void assertMemory(Json line) throws FormatException {
    double peak = real(line, "peak_rss_mb");
    assertTrue(50 < peak && peak < 1e6, line::toString);
  }

  private static double real(Json line, String field) throws FormatException {
    return line.field(field).asDouble();
  }
}
