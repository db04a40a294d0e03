package jacquard.examples.view;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Columns of the terminal that this process belongs to.
final class TerminalWidth {
  private static final int USUAL = 80;
  private static final int NARROWEST = 20;
  private static final int WIDEST = 1000;

  private TerminalWidth() {}

  /// From `COLUMNS` if it is set, else from `stty` where there is one, else 80.
  static int columns(Map<String, String> environment) {
    int told = parse(environment.getOrDefault("COLUMNS", ""));
    return told > 0 ? told : asked();
  }

  private static int asked() {
    File terminal = new File("/dev/tty");
    if (!terminal.canRead()) {
      return USUAL;
    }
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(terminal)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!stty.waitFor(500, TimeUnit.MILLISECONDS)) {
        stty.destroyForcibly();
        return USUAL;
      }
      String rowsAndColumns =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      int columns = parse(rowsAndColumns.substring(rowsAndColumns.lastIndexOf(' ') + 1));
      return columns > 0 ? columns : USUAL;
    } catch (IOException e) {
      return USUAL;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return USUAL;
    }
  }

  // 0 for what isn't a width: unset, not a number, the 0 of terminals that don't know.
  private static int parse(String text) {
    return text.matches("[0-9]{1,6}") && Integer.parseInt(text) >= NARROWEST
        ? Math.min(Integer.parseInt(text), WIDEST)
        : 0;
  }
}
