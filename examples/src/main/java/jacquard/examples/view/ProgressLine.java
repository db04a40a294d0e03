package jacquard.examples.view;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;

/// Progress for terminals: one line, redrawn five times a second by the bar's own thread.
final class ProgressLine implements Progress {
  private static final int REDRAW_MILLIS = 200;
  private static final int WIDEST_BAR = 30;
  private static final int NARROWEST_BAR = 8;
  private static final String ERASE_REST = "\u001b[K";

  private final ProgressState state;
  private final Display display;
  private final boolean blocks;
  private final ProgressBar bar;

  ProgressLine(ProgressState state, PrintStream out, int columns) {
    this.state = state;
    // The last column stays free: writing to it makes some terminals begin a new line.
    this.display = new Display(out, columns - 1);
    this.blocks = out.charset().newEncoder().canEncode('\u2588');
    this.bar =
        new ProgressBarBuilder()
            .setTaskName(state.name)
            .setInitialMax(state.total)
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            .continuousUpdate()
            .setConsumer(display)
            .setRenderer((_, width) -> line(width))
            .build();
  }

  @Override
  public void update(long step, Map<String, Double> values, double perSecond, String unit) {
    state.update(step, values, perSecond, unit);
    bar.stepTo(state.step());
  }

  @Override
  public void message(String text) {
    display.above(text);
  }

  @Override
  public void close() {
    if (!display.closed()) {
      bar.close();
      // The library forgets its consumer when it is closed before it drew for the first time.
      display.close();
    }
  }

  /// The line, at most `width` columns: what doesn't fit goes without bar, then is cut.
  String line(int width) {
    double part = (double) state.step() / state.total;
    String head = String.format(Locale.ROOT, "%s %3d%% ", state.name, (int) (100 * part));
    List<String> details = state.details();
    String tail =
        " " + state.steps() + (details.isEmpty() ? "" : "  " + String.join("  ", details));
    int room = Math.min(WIDEST_BAR, width - head.length() - tail.length());
    String line = room < NARROWEST_BAR ? head.strip() + tail : head + bar(part, room) + tail;
    return line.length() <= width ? line : line.substring(0, Math.max(0, width));
  }

  private String bar(double part, int width) {
    if (!blocks) {
      int full = (int) (part * (width - 2));
      return "[" + "#".repeat(full) + "-".repeat(width - 2 - full) + "]";
    }
    // Eighths of a column: U+2588 is a full block, U+258F an eighth of one.
    int eighths = (int) Math.round(part * width * 8);
    int full = eighths / 8;
    String edge = eighths % 8 == 0 ? "" : Character.toString(0x2590 - eighths % 8);
    return "\u2588".repeat(full) + edge + "\u2591".repeat(width - full - edge.length());
  }

  /// The terminal's last line. The width is ours: asking the library for it would open JLine's
  /// terminal, which replaces this process's handling of Ctrl-C.
  private static final class Display implements ProgressBarConsumer {
    private final PrintStream out;
    private final int width;
    private String shown = "";
    private boolean closed;

    Display(PrintStream out, int width) {
      this.out = out;
      this.width = width;
    }

    @Override
    public int getMaxRenderedLength() {
      return width;
    }

    @Override
    public synchronized void accept(String line) {
      if (!closed) {
        shown = line;
        out.print("\r" + line + ERASE_REST);
        out.flush();
      }
    }

    synchronized void above(String text) {
      out.print(closed ? text + "\n" : "\r" + text + ERASE_REST + "\n" + shown);
      out.flush();
    }

    synchronized boolean closed() {
      return closed;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        out.println();
        out.flush();
      }
    }
  }
}
