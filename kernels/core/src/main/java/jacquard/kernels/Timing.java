package jacquard.kernels;

import java.util.BitSet;

/// How long each task of a plan took in a run, and whether it ran as it will go on to.
public final class Timing {
  private final long[] nanos;
  private final BitSet interim = new BitSet();

  /// Of a run to come.
  ///
  /// @param tasks of the plan
  public Timing(int tasks) {
    nanos = new long[tasks];
  }

  /// Says what was found of a task.
  ///
  /// @param task number of the task
  /// @param elapsed nanoseconds
  /// @param isInterim whether code ran that stands in until the device's own is compiled
  public void set(int task, long elapsed, boolean isInterim) {
    nanos[task] = elapsed;
    interim.set(task, isInterim);
  }

  /// {@return the number of tasks}
  public int size() {
    return nanos.length;
  }

  /// {@return how long a task took, in nanoseconds}
  ///
  /// @param task number of the task
  public long nanos(int task) {
    return nanos[task];
  }

  /// {@return how long all tasks took, in nanoseconds}
  public long totalNanos() {
    long total = 0;
    for (long one : nanos) {
      total += one;
    }
    return total;
  }

  /// {@return whether code ran that stands in, several times slower, until the device's own is
  /// compiled}
  ///
  /// @param task number of the task
  public boolean isInterim(int task) {
    return interim.get(task);
  }

  /// {@return whether that holds for any task}
  public boolean hasInterim() {
    return !interim.isEmpty();
  }
}
