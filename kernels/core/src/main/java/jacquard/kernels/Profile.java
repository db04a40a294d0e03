package jacquard.kernels;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Time spent in each task of a schedule, added up over the runs since the last report: what code
/// cost before it was compiled is not in later ones.
public final class Profile {
  /// Runs between two reports.
  private static final int REPORT_EVERY = 100;

  private static final int LINES = 32;

  private final Schedule schedule;
  private final long[] nanos;
  private int runs;
  private int reported;

  /// A profile without times yet.
  ///
  /// @param schedule whose values the task names
  public Profile(Schedule schedule) {
    this.schedule = schedule;
    this.nanos = new long[schedule.size()];
  }

  /// Adds the time of one run of task `task`.
  ///
  /// @param task number of the task
  /// @param elapsed nanoseconds
  public void add(int task, long elapsed) {
    nanos[task] += elapsed;
  }

  /// Counts a run, and every [#REPORT_EVERY]-th time prints the slowest tasks: microseconds per
  /// run, share, task.
  ///
  /// @param out where to write
  public void report(PrintStream out) {
    runs++;
    if (runs % REPORT_EVERY != 1) {
      return;
    }
    out.println(text());
    Arrays.fill(nanos, 0);
    reported = runs;
  }

  /// {@return the slowest tasks, one line each}
  public String text() {
    long total = 0;
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < nanos.length; i++) {
      order.add(i);
      total += nanos[i];
    }
    order.sort(Comparator.comparingLong(i -> -nanos[i]));
    int counted = Math.max(1, runs - reported);
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "profile: %d runs, %.1f us in %d tasks per run%n",
            counted, total / 1e3 / counted, nanos.length));
    for (int i : order.subList(0, Math.min(LINES, order.size()))) {
      text.append(
          String.format(
              "%9.1f us %5.1f %% %3d %s%n",
              nanos[i] / 1e3 / counted,
              100.0 * nanos[i] / Math.max(1, total),
              i,
              ScheduleText.line(schedule.tasks().get(i))));
    }
    return text.toString();
  }
}
