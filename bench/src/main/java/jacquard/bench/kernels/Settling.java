package jacquard.bench.kernels;

import java.util.Arrays;

/// Runs a body until it stops getting faster.
///
/// A kernel begins in a slow tier while the JVM compiles the fast one in the background, which
/// takes from a tenth of a second to several on a processor that the benchmark itself keeps busy. A
/// fixed warm-up would be too short for some and waste time on most.
final class Settling {
  private static final long WINDOW_NANOS = 200_000_000;
  private static final double FASTER = 0.98;
  private static final int QUIET_WINDOWS = 3;

  private Settling() {}

  /// Calls once, which may wait for compilers, and then goes on until the median of three windows
  /// in a row of 0.2 s was not 2 % below the best before; at least for a quarter of `most`.
  ///
  /// @param most seconds after the first call when it returns in any case
  static void of(Runnable body, double most) {
    body.run();
    long begin = System.nanoTime();
    double best = Double.MAX_VALUE;
    int quiet = 0;
    double elapsed = 0;
    while (elapsed < most && (quiet < QUIET_WINDOWS || elapsed < most / 4)) {
      double median = window(body);
      quiet = median < best * FASTER ? 0 : quiet + 1;
      best = Math.min(best, median);
      elapsed = (System.nanoTime() - begin) * 1e-9;
    }
  }

  private static double window(Runnable body) {
    long[] times = new long[1 << 12];
    int n = 0;
    long end = System.nanoTime() + WINDOW_NANOS;
    for (long start = System.nanoTime(); start < end || n < 1; n++) {
      body.run();
      long now = System.nanoTime();
      times[n % times.length] = now - start;
      start = now;
    }
    long[] sorted = Arrays.copyOf(times, Math.min(n, times.length));
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
