package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// The command line in a process of its own.
record JavaProcess(Process process, BufferedReader out, Path stderr) implements AutoCloseable {

  /// @param folder where it runs and its errors are kept
  /// @param before words in front of `java`, such as a shell that sets limits
  static JavaProcess start(Path folder, List<String> before, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "-Djava.awt.headless=true",
            "-XX:-UsePerfData",
            "-cp",
            classPath(),
            Main.class.getName()));
    command.addAll(arguments);
    Path stderr = Files.createTempFile(folder, "stderr", "");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Process process = builder.redirectError(stderr.toFile()).start();
    return new JavaProcess(process, process.inputReader(StandardCharsets.UTF_8), stderr);
  }

  static JavaProcess start(Path folder, List<String> arguments) throws IOException {
    return start(folder, List.of(), arguments);
  }

  // Absolute, because the process runs in another folder.
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /// Reads up to a line that contains `part`.
  void awaitLine(String part) throws IOException {
    List<String> seen = new ArrayList<>();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      seen.add(line);
      if (line.contains(part)) {
        return;
      }
    }
    throw new AssertionError("no line with '" + part + "': " + seen + " " + errors());
  }

  /// What it has said on the standard error output.
  List<String> errors() throws IOException {
    return Files.readAllLines(stderr);
  }

  /// The lines that are left, and the process' end.
  List<String> rest() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      lines.add(line);
    }
    return lines;
  }

  int exit() throws InterruptedException {
    return exit(process);
  }

  /// Skips a test whose children would not get the signal.
  static void assumeSignals(String signal) throws IOException {
    assumeFalse(System.getProperty("os.name").startsWith("Windows"), "no signals on this system");
    Path status = Path.of("/proc/self/status");
    if (signal.equals("INT") && Files.isReadable(status)) {
      // A shell without job control starts what runs in the background with SIGINT ignored, and
      // children inherit that.
      boolean ignored =
          Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("SigIgn:"))
              .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
      assumeTrue(!ignored, "SIGINT is ignored in this process and so in its children");
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertEquals(0, exit(kill));
  }

  private static int exit(Process process) throws InterruptedException {
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("the process doesn't end");
    }
    return process.exitValue();
  }

  /// Kills it if it still runs.
  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    out.close();
  }
}
