package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StepsTest {
  private static final long MILLI = 1_000_000;

  @Test
  void steadyBeginsWhereAWindowIsFastEnough() {
    Steps steps = new Steps();
    long start = System.nanoTime();
    long t = start;
    for (int millis : new int[] {900, 400, 150, 150, 55, 55, 55, 55, 55, 55, 50, 50, 50, 50, 50}) {
      steps.add(t, t + millis * MILLI);
      t += millis * MILLI;
    }
    double first = steps.firstDone() - 0.9;
    assertEquals(first + 1.6, steps.steady(0.05), 1e-6);
    assertEquals(first, steps.steady(1), 1e-6);
    assertTrue(Double.isNaN(steps.steady(0.04)));
  }
}
