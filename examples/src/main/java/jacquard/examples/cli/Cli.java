package jacquard.examples.cli;

import jacquard.tensor.DeviceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/// Runs a picocli command and turns whatever goes wrong into one line on standard error.
///
/// The caller's faults (options, values, files) exit with 2, ours with 1; a stack trace appears
/// only under `--debug`, an option that every command gets here.
public final class Cli {

  private static final int OUR_FAULT = 1;
  private static final int CALLERS_FAULT = 2;

  private Cli() {}

  /// Parses `args`, runs the command of `line` that they name and returns the exit code.
  ///
  /// @param line the commands
  /// @param args words of the command line
  /// @return 0 if it succeeded, 2 for the caller's faults, 1 for ours, or what the command returned
  public static int run(CommandLine line, String... args) {
    LogLines.shorten();
    boolean debug = List.of(args).contains("--debug");
    line.getCommandSpec()
        .addOption(
            OptionSpec.builder("--debug")
                .type(boolean.class)
                .scopeType(ScopeType.INHERIT)
                .description("Print the stack trace of an error.")
                .build());
    Choices.register(line);
    line.setParameterExceptionHandler(
            (error, arguments) -> {
              CommandLine wrong = error.getCommandLine();
              String message =
                  error.getMessage() + advice(error) + "; see " + name(wrong) + " --help";
              return report(wrong, error, message, CALLERS_FAULT, debug);
            })
        .setExecutionExceptionHandler(
            (error, failed, parsed) -> report(failed, error, describe(error), fault(error), debug));
    try {
      return line.execute(args);
    } catch (Error error) { // picocli hands over exceptions only
      return report(line, error, describe(error), fault(error), debug);
    }
  }

  private static String advice(CommandLine.ParameterException error) {
    Object command = error.getCommandLine().getCommandSpec().userObject();
    return error instanceof CommandLine.UnmatchedArgumentException && command instanceof Advises a
        ? ": " + a.onUnknownOption()
        : "";
  }

  private static int report(
      CommandLine line, Throwable error, String message, int exitCode, boolean debug) {
    PrintWriter err = line.getErr();
    err.println(name(line) + ": " + message.strip().replaceAll("\\s*\\R\\s*", " "));
    if (debug) {
      error.printStackTrace(err);
    }
    err.flush();
    return exitCode;
  }

  private static int fault(Throwable error) {
    return switch (error) {
      case IllegalArgumentException _, IOException _, UncheckedIOException _ -> CALLERS_FAULT;
      case DeviceException _ -> CALLERS_FAULT;
      default -> OUR_FAULT;
    };
  }

  private static String describe(Throwable error) {
    String message = error.getMessage();
    return switch (error) {
      case UncheckedIOException unchecked when unchecked.getCause() != null ->
          describe(unchecked.getCause());
      case NoSuchFileException missing -> "no such file: " + missing.getFile();
      case AccessDeniedException denied -> "not allowed to open: " + denied.getFile();
      case OutOfMemoryError _ ->
          "out of memory (%s); the limit is %d MiB: JACQUARD_JAVA_OPTS=-Xmx8g raises it"
              .formatted(message, Runtime.getRuntime().maxMemory() >> 20);
      default ->
          fault(error) == CALLERS_FAULT && message != null
              ? message
              : error + "; --debug shows where";
    };
  }

  private static String name(CommandLine line) {
    return line.getCommandSpec().qualifiedName();
  }
}
