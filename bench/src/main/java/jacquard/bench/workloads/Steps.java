package jacquard.bench.workloads;

import java.lang.management.ManagementFactory;
import java.util.Arrays;

/// How long each step of a process took, from the first on.
final class Steps {
  /// The throughput at a time is that of the steps that follow it: so many of them at least,
  private static final int WINDOW_STEPS = 5;

  /// and for so long.
  private static final double WINDOW_SECONDS = 0.25;

  /// Share of the final throughput at which a process counts as going steadily.
  private static final double STEADY = 0.9;

  private final double processStart;
  private double[] starts = new double[1024];
  private double[] durations = new double[1024];
  private int count;

  Steps() {
    double age =
        (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) * 1e-3;
    processStart = System.nanoTime() * 1e-9 - age;
  }

  void add(long startNanos, long endNanos) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      durations = Arrays.copyOf(durations, 2 * count);
    }
    starts[count] = startNanos * 1e-9 - processStart;
    durations[count++] = (endNanos - startNanos) * 1e-9;
  }

  /// Seconds from the start of the process to the end of its first step.
  double firstDone() {
    return count == 0 ? Double.NaN : starts[0] + durations[0];
  }

  /// Seconds from the start of the process until the steps of a window had nine tenths of the final
  /// throughput; NaN if that never came.
  ///
  /// @param medianSeconds a step's time in the end
  double steady(double medianSeconds) {
    int end = 0;
    double sum = 0;
    for (int begin = 0; begin < count; begin++) {
      while (end < count && (end - begin < WINDOW_STEPS || sum < WINDOW_SECONDS)) {
        sum += durations[end++];
      }
      if (end - begin < WINDOW_STEPS || sum < WINDOW_SECONDS) {
        return Double.NaN;
      }
      if (sum / (end - begin) <= medianSeconds / STEADY) {
        return starts[begin];
      }
      sum -= durations[begin];
    }
    return Double.NaN;
  }
}
