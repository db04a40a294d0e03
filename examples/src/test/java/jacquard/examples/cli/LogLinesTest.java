package jacquard.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// Lines of the log, in a process of its own: the JVM reads their form once.
class LogLinesTest {
  @Test
  void aWarningIsOneLine() throws Exception {
    assertEquals(List.of("jacquard: WARNING: gemm: F32 tile is slow"), warnings());
  }

  @Test
  void aFormOfTheUsersStays() throws Exception {
    assertEquals(
        List.of("mine gemm: F32 tile is slow"),
        warnings("-Djava.util.logging.SimpleFormatter.format=mine %5$s%n"));
  }

  /// A command that logs.
  @Command(name = "warn")
  static final class Warning implements Runnable {
    @Override
    public void run() {
      System.getLogger("jacquard.kernels")
          .log(System.Logger.Level.WARNING, "gemm: {0} is slow", "F32 tile");
    }

    public static void main(String[] args) {
      System.exit(Cli.run(new CommandLine(new Warning()), args));
    }
  }

  private static List<String> warnings(String... options) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    builder.command().add("-Duser.language=en");
    builder.command().addAll(List.of(options));
    builder
        .command()
        .addAll(List.of("-cp", System.getProperty("java.class.path"), Warning.class.getName()));
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
  }
}
