package jacquard.bench.device;

import java.util.Arrays;
import java.util.function.LongSupplier;

/// How long a kernel takes: the median of [#COUNT] rounds, each of several runs in the queue of a
/// device. `gpu_torch.py` measures PyTorch in the same way.
///
/// @param seconds half of them to warm up, half to measure
/// @param nanos the clock
record Rounds(double seconds, LongSupplier nanos) {
  static final int COUNT = 11;
  private static final int MOST_RUNS = 1000;

  /// Nanoseconds of one run.
  ///
  /// @param run puts the kernel into the queue
  /// @param await returns when what is in the queue is done
  double of(Runnable run, Runnable await) {
    round(1, run, await); // makes the plan
    double half = seconds / 2 * 1e9;
    int count = 0;
    double warmed = 0;
    do {
      warmed += round(1, run, await);
      count++;
    } while (warmed < half);
    int runs = (int) Math.clamp(half / COUNT / (warmed / count), 1, MOST_RUNS);
    double[] rounds = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      rounds[i] = round(runs, run, await) / runs;
    }
    Arrays.sort(rounds);
    return rounds[COUNT / 2];
  }

  private double round(int runs, Runnable run, Runnable await) {
    long start = nanos.getAsLong();
    for (int i = 0; i < runs; i++) {
      run.run();
    }
    await.run();
    return nanos.getAsLong() - start;
  }
}
