package jacquard.kernels.cpu.ceiling;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Times a loop of the Vector API once it is compiled.
///
/// A run that allocates is not: the interpreter and C1's code make an object of every vector. It
/// takes some hundred times as long, so a ceiling measured by it would be one that every kernel
/// exceeds.
///
/// @param clock tells nanoseconds
/// @param allocated tells the bytes allocated by this thread
record CompiledTime(LongSupplier clock, LongSupplier allocated) {
  /// How long compiled runs are measured.
  static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /// How long it may take in all: the compiler comes late on a busy machine, and never with -Xint.
  static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final int LEAST_RUNS = 3;

  /// The time of a run: the median of the faster half of those that were compiled, which a busy
  /// machine disturbs least.
  ///
  /// @return nanoseconds; empty if it was not compiled in time
  OptionalDouble nanos(Runnable body) {
    List<Long> times = new ArrayList<>();
    long begin = clock.getAsLong();
    long compiled = begin;
    while (true) {
      long before = allocated.getAsLong();
      long start = clock.getAsLong();
      body.run();
      long now = clock.getAsLong();
      if (allocated.getAsLong() == before) {
        compiled = times.isEmpty() ? start : compiled;
        times.add(now - start);
      }
      if (times.size() >= LEAST_RUNS && now - compiled >= WINDOW_NANOS) {
        Collections.sort(times);
        return OptionalDouble.of(times.get(times.size() / 4));
      }
      if (now - begin >= MOST_NANOS) {
        return OptionalDouble.empty();
      }
    }
  }
}
