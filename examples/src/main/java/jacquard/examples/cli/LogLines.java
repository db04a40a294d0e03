package jacquard.examples.cli;

/// What is logged on the way, such as that a kernel runs slowly for now, as one line of the command
/// line: `jacquard: WARNING: gemm: ...`.
final class LogLines {
  private static final String FORMAT = "java.util.logging.SimpleFormatter.format";

  private LogLines() {}

  /// Sets the form of `java.util.logging`'s lines before the first is written, unless the user has
  /// set one.
  static void shorten() {
    if (System.getProperty(FORMAT) == null
        && System.getProperty("java.util.logging.config.file") == null) {
      System.setProperty(FORMAT, "jacquard: %4$s: %5$s%n");
    }
  }
}
