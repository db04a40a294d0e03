package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TimingTest {
  /// Said to be spent in tasks by each step, and by each restart.
  private static final long TASKS = 2000;

  private long run;

  /// As long as its tasks at least.
  private void step() {
    run += TASKS;
    long end = System.nanoTime() + 2 * TASKS;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aStepIsItsTasksAndTheHostsWork() {
    Timing timing = new Timing(0, 0.02, () -> run);
    Timing.Result result = timing.of(_ -> step(), () -> run += 1_000_000_000);
    assertTrue(result.steps() >= 10);
    assertEquals(TASKS * 1e-6, result.runMillis(), 1e-12, "warm-up and restarts don't count");
    assertTrue(result.hostMillis() >= TASKS * 1e-6, result::toString);
    String json = result.json("w", 1, 1, "");
    assertTrue(json.contains("\"run_ms\": 0.0020,"), json);
  }
}
