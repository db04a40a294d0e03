package jacquard.examples.view;

import java.io.PrintStream;
import java.util.Map;

/// Progress for files and pipes: a line for the first and the last report and at most 26 between.
final class ProgressLines implements Progress {
  private static final int MOST_LINES = 26;

  private final ProgressState state;
  private final PrintStream out;
  private final long interval;
  private long printed = -1;
  private boolean closed;

  ProgressLines(ProgressState state, PrintStream out) {
    this.state = state;
    this.out = out;
    this.interval = interval(state.total);
  }

  @Override
  public synchronized void update(
      long step, Map<String, Double> values, double perSecond, String unit) {
    state.update(step, values, perSecond, unit);
    long now = state.step();
    if (!closed
        && (printed < 0 || now / interval > printed / interval || now == state.total)
        && now != printed) {
      print();
    }
  }

  @Override
  public synchronized void message(String text) {
    out.println(text);
    out.flush();
  }

  @Override
  public synchronized void close() {
    if (!closed && printed >= 0 && printed != state.step()) {
      print();
    }
    closed = true;
  }

  private void print() {
    printed = state.step();
    out.println(state.name + "  step " + state.steps() + "  " + String.join("  ", state.details()));
    out.flush();
  }

  // The smallest of 1, 2, 5, 10, 20, ... that is rare enough: lines at round steps.
  static long interval(long total) {
    long least = (total + MOST_LINES - 1) / MOST_LINES;
    long power = 1;
    while (power * 10 <= least) {
      power *= 10;
    }
    for (int times : new int[] {1, 2, 5}) {
      if (times * power >= least) {
        return times * power;
      }
    }
    return 10 * power;
  }
}
