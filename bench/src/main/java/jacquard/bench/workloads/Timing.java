package jacquard.bench.workloads;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/// Median and spread of a step's time, after a warm-up by the clock.
///
/// @param warmSeconds before the first step that counts
/// @param measureSeconds of steps that count
/// @param runNanos time spent in kernels so far
record Timing(double warmSeconds, double measureSeconds, LongSupplier runNanos) {
  /// Steps after which training starts again from the initial values, untimed, as the peers do.
  private static final int RESTART = 500;

  private static final int LEAST_STEPS = 10;
  private static final int MOST_STEPS = 1 << 20;

  /// @param p10 tenth percentile, in milliseconds as the others
  ///
  /// @param hostMillis mean time of a step outside its program: building or binding, looking up,
  ///   reading the losses. Handing tasks to the workers is part of the program and can't be told
  ///   from their work: some 0.3 microseconds for each of W1's 129 tasks
  /// @param runMillis mean time of a step within its program; with `hostMillis` the mean step
  /// @param bytes allocated per step by the threads that run it, mean
  /// @param all every step, those of the warm-up too
  record Result(
      double firstMillis,
      double median,
      double p10,
      double p90,
      int steps,
      double hostMillis,
      double runMillis,
      long bytes,
      Steps all) {
    /// Fields about the start of the process, for what was timed first in it.
    String coldFields() {
      double steady = all.steady(median * 1e-3);
      return String.format(Locale.ROOT, ", \"first_step_s\": %.2f", all.firstDone())
          + (Double.isNaN(steady)
              ? ""
              : String.format(Locale.ROOT, ", \"steady_s\": %.2f", steady));
    }

    String json(String workload, int threads, int units, String more) {
      return String.format(
          Locale.ROOT,
          "{\"peer\": \"jacquard\", \"workload\": \"%s\", \"threads\": %d, \"ms_per_step\": %.4f,"
              + " \"p10\": %.4f, \"p90\": %.4f, \"unit_per_s\": %.1f, \"steps\": %d,"
              + " \"first_step_ms\": %.1f, \"host_ms\": %.4f, \"run_ms\": %.4f,"
              + " \"alloc_bytes_per_step\": %d%s}",
          workload,
          threads,
          median,
          p10,
          p90,
          units / median * 1e3,
          steps,
          firstMillis,
          hostMillis,
          runMillis,
          bytes,
          more);
    }
  }

  /// @param restart prepares step 0 again
  Result of(IntConsumer step, Runnable restart) {
    int k = 0;
    Steps all = new Steps();
    long begin = System.nanoTime();
    long quickest = timed(step, k++, all);
    double first = (System.nanoTime() - begin) * 1e-6;
    for (long end = begin + (long) (warmSeconds * 1e9); k < 3 || System.nanoTime() < end; k++) {
      if (k % RESTART == 0) {
        restart.run();
      }
      quickest = Math.min(quickest, timed(step, k % RESTART, all));
    }
    // room for twice as many as there can be, rather than for the most: it counts as the process's
    // memory
    double fitting = 2 * measureSeconds * 1e9 / Math.max(1, quickest);
    double[] times = new double[(int) Math.clamp(fitting, LEAST_STEPS, MOST_STEPS)];
    int n = 0;
    double total = 0;
    long ran = runNanos.getAsLong();
    Allocated allocated = new Allocated();
    long bytes = allocated.bytes();
    long end = System.nanoTime() + (long) (measureSeconds * 1e9);
    for (; n < LEAST_STEPS || (System.nanoTime() < end && n < times.length); n++, k++) {
      if (k % RESTART == 0) {
        long before = runNanos.getAsLong();
        long made = allocated.bytes();
        restart.run();
        ran += runNanos.getAsLong() - before;
        bytes += allocated.bytes() - made;
      }
      times[n] = timed(step, k % RESTART, all) * 1e-6;
      total += times[n];
    }
    double run = (runNanos.getAsLong() - ran) * 1e-6 / n;
    bytes = (allocated.bytes() - bytes) / n;
    double[] sorted = Arrays.copyOf(times, n);
    Arrays.sort(sorted);
    return new Result(
        first,
        sorted[(n - 1) / 2],
        sorted[(n - 1) / 10],
        sorted[(n - 1) * 9 / 10],
        n,
        total / n - run,
        run,
        bytes,
        all);
  }

  private static long timed(IntConsumer step, int k, Steps all) {
    long start = System.nanoTime();
    step.accept(k);
    long end = System.nanoTime();
    all.add(start, end);
    return end - start;
  }
}
