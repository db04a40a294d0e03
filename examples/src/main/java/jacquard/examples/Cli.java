package jacquard.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// Runs a picocli command and turns whatever goes wrong into one line on standard error.
///
/// The caller's faults (options, values, files) exit with 2, ours with 1; a stack trace appears
/// only under `--debug`.
public final class Cli {

  private static final int OUR_FAULT = 1;
  private static final int CALLERS_FAULT = 2;

  private Cli() {}

  /// Parses `args`, runs the command they name and returns the exit code.
  public static int run(Object command, String... args) {
    return run(new CommandLine(command), args);
  }

  static int run(CommandLine line, String... args) {
    boolean debug = List.of(args).contains("--debug");
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((error, arguments) ->
            report(
                error.getCommandLine(),
                error,
                error.getMessage() + "; see " + name(error.getCommandLine()) + " --help",
                CALLERS_FAULT,
                debug))
        .setExecutionExceptionHandler((error, failed, parsed) ->
            report(failed, error, describe(error), exitCode(error), debug))
        .execute(args);
  }

  private static int report(
      CommandLine line, Exception error, String message, int exitCode, boolean debug) {
    PrintWriter err = line.getErr();
    err.println(name(line) + ": " + message.strip().replaceAll("\\s*\\R\\s*", "; "));
    if (debug) {
      error.printStackTrace(err);
    }
    err.flush();
    return exitCode;
  }

  private static int exitCode(Exception error) {
    return switch (error) {
      case ParameterException _, IllegalArgumentException _ -> CALLERS_FAULT;
      case IOException _, UncheckedIOException _ -> CALLERS_FAULT;
      default -> OUR_FAULT;
    };
  }

  private static String describe(Exception error) {
    return switch (error) {
      case UncheckedIOException unchecked when unchecked.getCause() != null ->
          describe(unchecked.getCause());
      case NoSuchFileException missing -> "no such file: " + missing.getFile();
      case AccessDeniedException denied -> "not allowed to open: " + denied.getFile();
      default -> {
        String message = error.getMessage();
        String text =
            exitCode(error) == CALLERS_FAULT && message != null ? message : error.toString();
        yield exitCode(error) == CALLERS_FAULT ? text : text + "; --debug shows where";
      }
    };
  }

  private static String name(CommandLine line) {
    return line.getCommandSpec().qualifiedName();
  }
}
