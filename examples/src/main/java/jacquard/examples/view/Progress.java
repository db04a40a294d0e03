package jacquard.examples.view;

import java.io.Console;
import java.io.PrintStream;
import java.util.Map;

/// How far a run is: a bar that redraws its line on a terminal, a few plain lines anywhere else.
///
/// Not for several threads at once, except `close`.
public sealed interface Progress extends AutoCloseable permits ProgressLine, ProgressLines {

  /// Begins a line.
  ///
  /// @param name what is running, one word
  /// @param total the last step, at least 1
  /// @param out where to show it
  /// @param terminal whether `out` is a terminal that understands ANSI's "erase to end of line"
  /// @return a bar on a terminal, else lines
  /// @throws IllegalArgumentException if `total` is below 1
  static Progress open(String name, long total, PrintStream out, boolean terminal) {
    ProgressState state = new ProgressState(name, total, System::nanoTime);
    return terminal
        ? new ProgressLine(state, out, TerminalWidth.columns(System.getenv()))
        : new ProgressLines(state, out);
  }

  /// Whether standard input and output are an interactive terminal; a "dumb" one is none.
  ///
  /// @return false if output is redirected
  @SuppressWarnings("SystemConsoleNull") // JDK 25 gives null again where there is no terminal
  static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
  }

  /// Tells where the run is. Cheap: call it every step.
  ///
  /// @param step steps done, at most `total`
  /// @param values shown in this order; a name that is missing keeps the value it had
  /// @param perSecond throughput in `unit`s per second; not shown if it isn't above 0
  /// @param unit what is counted: `tokens`, `images`
  void update(long step, Map<String, Double> values, double perSecond, String unit);

  /// Prints a line above the bar or between the lines.
  ///
  /// @param text without a line feed
  void message(String text);

  /// Shows the last state and ends the line; a second call does nothing.
  @Override
  void close();
}
