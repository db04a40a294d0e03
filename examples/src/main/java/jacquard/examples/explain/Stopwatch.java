package jacquard.examples.explain;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Timing;
import jacquard.tensor.DeviceException;
import jacquard.tensor.spi.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Times a step's tasks once everything is compiled.
///
/// @param say is told what is being waited for, a line each
/// @param windowNanos a step is run before it is timed, because that tells what is to be compiled:
///   in windows of this length
record Stopwatch(PlannedBackend backend, Consumer<String> say, long windowNanos) {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// After each window all that was asked for is waited for, and the last one's fastest run takes
  /// at least this part of the fastest before: code that nobody waits for is compiled, too.
  private static final double SETTLED = 0.9;

  /// How long all of that may take on a busy machine; what is not compiled then is said.
  private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(1);

  /// @param nanos median time of a task
  /// @param isInterim whether it ran, in one of the runs, as code that stands in until its own is
  ///   compiled
  record Time(double nanos, boolean isInterim) {}

  Stopwatch(PlannedBackend backend, Consumer<String> say) {
    this(backend, say, WINDOW_NANOS);
  }

  /// The time of each task; null if the device can't tell.
  ///
  /// @param runs at least 1
  @Nullable List<Time> time(List<Backend.Root> roots, int runs) {
    say.accept("explain: runs the step until its kernels are compiled, at most a minute");
    if (!isWarm(roots)) {
      return null;
    }
    say.accept("explain: times " + runs + (runs == 1 ? " run" : " runs"));
    List<Timing> all = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      Timing one = backend.time(roots);
      if (one == null) {
        return null;
      }
      all.add(one);
    }
    List<Time> times = new ArrayList<>();
    for (int t = 0; t < all.getFirst().size(); t++) {
      int task = t;
      long[] sorted = all.stream().mapToLong(one -> one.nanos(task)).sorted().toArray();
      boolean interim = all.stream().anyMatch(one -> one.isInterim(task));
      times.add(new Time(sorted[sorted.length / 2], interim));
    }
    return times;
  }

  /// The faster of two measurements of each task: what made it slow once, as code thrown away and
  /// compiled anew, or another program, may not be there twice.
  static List<Time> faster(List<Time> some, List<Time> others) {
    List<Time> times = new ArrayList<>();
    for (int t = 0; t < some.size(); t++) {
      Time one = some.get(t);
      Time other = others.get(t);
      times.add(other.nanos() < one.nanos() ? other : one);
    }
    return times;
  }

  /// Runs until runs get no faster; false if the device can't time them.
  private boolean isWarm(List<Backend.Root> roots) {
    long end = System.nanoTime() + MOST_NANOS;
    double before = Double.POSITIVE_INFINITY;
    while (true) {
      double fastest = Double.POSITIVE_INFINITY;
      long windowEnd = System.nanoTime() + windowNanos;
      Timing last;
      do {
        last = backend.time(roots);
        if (last == null) {
          return false;
        }
        fastest = Math.min(fastest, (double) last.totalNanos());
      } while (System.nanoTime() < windowEnd);
      boolean isDone = !last.hasInterim() && fastest >= SETTLED * before;
      if (isDone || !awaitCompiled(end - System.nanoTime())) {
        return true;
      }
      before = fastest;
    }
  }

  private boolean awaitCompiled(long nanos) {
    try {
      return nanos > 0 && backend.awaitWarm(Duration.ofNanos(nanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeviceException("explain: interrupted while kernels were compiled");
    }
  }
}
