package jacquard.bench.device;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// By a clock that only runs and waits move on.
class RoundsTest {
  private static final double SECONDS = 1e-4;
  private static final int WAIT = 50;

  /// `nanos` of `gpu_torch.py` with the same clock, and nothing of PyTorch.
  private static final String PYTHON =
      """
      import sys, types
      torch, nn, functional = (types.ModuleType(n) for n in ("torch", "torch.nn", "torch.nn.functional"))
      torch.nn, nn.functional, nn.Module = nn, functional, object
      sys.modules.update({m.__name__: m for m in (torch, nn, functional)})
      sys.path.insert(0, "")
      sys.argv = ["gpu_torch.py", "cpu"]
      import gpu_torch
      now = runs = 0
      def run():
          global now, runs
          now += 1000 + runs * runs % 17 * 100 + (20000 if runs % 29 == 0 else 0)
          runs += 1
      def wait():
          global now
          now += 50
      gpu_torch.wait = wait
      gpu_torch.time = types.SimpleNamespace(perf_counter_ns=lambda: now)
      print(gpu_torch.nanos(run, 1e-4)[0], runs)
      """;

  private long now;
  private int runs;

  /// Of uneven length, now and then far too long.
  private void run() {
    now += 1000 + runs * runs % 17 * 100L + (runs % 29 == 0 ? 20000 : 0);
    runs++;
  }

  private double measured() {
    return new Rounds(SECONDS, () -> now).of(this::run, () -> now += WAIT);
  }

  @Test
  void theMedianCountsAndNotTheBest() {
    int[] round = {0};
    // one run each: the first makes the plan, the second warms up, then one is quick and two slow
    double nanos =
        new Rounds(1e-9, () -> now)
            .of(() -> now += round[0]++ == 5 ? 1 : round[0] < 9 ? 5000 : 1000, () -> {});
    assertEquals(1000, nanos);
    assertEquals(2 + Rounds.COUNT, round[0]);
  }

  @Test
  void warmingUpTakesHalfOfTheTimeAndRoundsTheRest() {
    double nanos = measured();
    assertTrue(1800 < nanos && nanos < 3500, nanos + " ns");
    assertTrue(0.7e9 * SECONDS < now && now < 1.4e9 * SECONDS, now + " ns in all");
  }

  @Test
  void pyTorchIsMeasuredInTheSameWay() throws IOException, InterruptedException {
    Process python;
    try {
      // not a file that python would leave beside the program
      python = new ProcessBuilder(List.of("python3", "-B", "-c", PYTHON)).start();
    } catch (IOException e) {
      System.err.println("SKIPPED: no python3: the measuring of gpu_torch.py is not compared");
      assumeTrue(false, "no python3");
      throw e;
    }
    String said = new String(python.getInputStream().readAllBytes(), UTF_8);
    String wrong = new String(python.getErrorStream().readAllBytes(), UTF_8);
    assertEquals(0, python.waitFor(), wrong);
    double nanos = measured();
    String[] words = said.strip().split(" ");
    assertEquals(nanos, Double.parseDouble(words[0]), 1e-9 * nanos);
    assertEquals(runs, Integer.parseInt(words[1]), "runs");
  }
}
