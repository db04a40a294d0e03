package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What needs a process of its own: signals, and another number of threads.
class ProcessTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void theFirstSignalSavesAndEndsTheRun(String signal) throws Exception {
    assumeSignals(signal);
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path run = temp.resolve("run");
    List<String> command = gpt(data, run, 16, 4);
    command.addAll(List.of("--steps", "1000000"));
    Process process = start(command);
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      awaitLine(out, "  step ");
      kill(process, signal);
      List<String> rest = out.lines().toList();
      assertEquals(130, exit(process), rest::toString);
      assertTrue(
          rest.contains("stopping after this step; Ctrl-C again quits at once"), rest::toString);
      assertTrue(
          rest.stream()
              .anyMatch(line ->
                  line.matches("stopped after step \\d+ of 1000000: saved .*model.safetensors")),
          rest::toString);
    }
    assertTrue(Files.exists(run.resolve("loss.png")));
    assertEquals(0, Shell.jacquard("sample", run.toString(), "--length", "20").exit());
  }

  @Test
  void theSecondSignalEndsTheProcessAtOnce() throws Exception {
    assumeSignals("INT");
    Path data = TinyData.text(temp.resolve("letters.txt"), 400);
    Path run = temp.resolve("run");
    // A step of minutes: 4096 windows on the slow device.
    List<String> command = gpt(data, run, 16, 4096);
    command.addAll(List.of("--device", "reference"));
    Process process = start(command);
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      awaitLine(out, "before training");
      kill(process, "INT");
      awaitLine(out, "stopping after this step");
      kill(process, "INT");
      assertEquals(130, exit(process));
    }
    assertFalse(Files.exists(run.resolve("model.safetensors")), "it did not wait for the step");
  }

  @Test
  void oneThreadAndThreeGiveTheSameBits() throws Exception {
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    List<Path> runs = new ArrayList<>();
    for (String threads : List.of("1", "3")) {
      Path run = temp.resolve("threads-" + threads);
      List<String> command = gpt(data, run, 64, 16); // wide enough for work to be split
      command.addAll(List.of("--steps", "4", "--threads", threads));
      Process process = start(command);
      List<String> out = process.inputReader(StandardCharsets.UTF_8).lines().toList();
      assertEquals(0, exit(process), out::toString);
      runs.add(run);
    }
    assertEquals(TrainTest.losses(runs.get(0)), TrainTest.losses(runs.get(1)));
    assertArrayEquals(
        Files.readAllBytes(runs.get(0).resolve("model.safetensors")),
        Files.readAllBytes(runs.get(1).resolve("model.safetensors")));
  }

  private static List<String> gpt(Path data, Path run, int dim, int batch) {
    return new ArrayList<>(
        List.of(
            "train",
            "gpt",
            "--layers",
            "1",
            "--heads",
            "2",
            "--dim",
            "" + dim,
            "--context",
            "16",
            "--batch",
            "" + batch,
            "--data",
            data.toString(),
            "--out",
            run.toString()));
  }

  private Process start(List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-Djava.awt.headless=true",
                "-cp",
                classPath(),
                Main.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    return builder.redirectError(temp.resolve("stderr").toFile()).start();
  }

  // Absolute, because the process runs in another folder.
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void awaitLine(BufferedReader out, String part) throws IOException {
    List<String> seen = new ArrayList<>();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      seen.add(line);
      if (line.contains(part)) {
        return;
      }
    }
    throw new AssertionError(
        "no line with '" + part + "': " + seen + " " + Files.readAllLines(temp.resolve("stderr")));
  }

  private static int exit(Process process) throws InterruptedException {
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("the process doesn't end");
    }
    return process.exitValue();
  }

  private static void kill(Process process, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
    assertEquals(0, exit(kill));
  }

  private static void assumeSignals(String signal) throws IOException {
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
}
