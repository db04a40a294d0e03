package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import jacquard.nn.train.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
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
    JavaProcess.assumeSignals(signal);
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path run = temp.resolve("run");
    List<String> command = gpt(data, run, 16, 4);
    command.addAll(List.of("--steps", "1000000"));
    try (JavaProcess process = JavaProcess.start(temp, command)) {
      process.awaitLine("  step ");
      process.signal(signal);
      List<String> rest = process.rest();
      assertEquals(130, process.exit(), rest::toString);
      assertTrue(
          rest.contains("stopping after this step; Ctrl-C again quits at once"), rest::toString);
      assertTrue(
          rest.stream()
              .anyMatch(line ->
                  line.matches("stopped after step \\d+ of 1000000: saved .*model.safetensors")),
          rest::toString);
      assertTrue(
          rest.stream().anyMatch(line -> line.matches("go on: (\\./)?jacquard resume .*run")),
          rest::toString);
    }
    assertTrue(Files.exists(run.resolve("loss.png")));
    assertEquals(0, Shell.jacquard("sample", run.toString(), "--length", "20").exit());
  }

  @ParameterizedTest
  @ValueSource(strings = {"best", "elsewhere"})
  void aRunThatWasSetBackAndKilledAtOnceGoesOn(String from) throws Exception {
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path run = temp.resolve("run");
    List<String> command = gpt(data, run, 16, 4);
    command.addAll(List.of("--steps", "12", "--checkpoint-every", "1", "--keep", "9"));
    Shell.Result result = Shell.jacquard(command.toArray(String[]::new));
    assertEquals(0, result.exit(), result::toString);
    // A run whose best step is an early one: that step's own checkpoint has long been deleted.
    CheckpointFolder checkpoints = new CheckpointFolder(run.resolve("checkpoints"), 9);
    checkpoints.markBest(5);
    for (Path file : checkpoints.newestFirst()) {
      if (CheckpointFolder.step(file) < 10) {
        Files.delete(file);
      }
    }
    Path elsewhere = Files.copy(checkpoints.best(), temp.resolve("elsewhere"));

    List<String> back = new ArrayList<>(List.of("resume", run.toString()));
    back.addAll(List.of("--from", from.equals("best") ? "best" : elsewhere.toString()));
    back.addAll(List.of("--steps", "1000000", "--checkpoint-every", "1000000"));
    try (JavaProcess process = JavaProcess.start(temp, back)) {
      process.awaitLine("going on after step 5");
      process.process().destroyForcibly().waitFor();
    }
    assertTrue(Files.exists(checkpoints.path().resolve("undone/step-000012.safetensors")));
    assertTrue(Files.exists(checkpoints.file(5)), "what it was set back to is among its own");
    long last = CheckpointFolder.step(checkpoints.newestFirst().getFirst());
    result = Shell.jacquard("resume", run.toString(), "--steps", "" + (last + 2));
    assertEquals(0, result.exit(), result::toString);
    assertTrue(result.out().contains("going on after step " + last), result::toString);
  }

  @Test
  void aRunThatASignalEndedGoesOnAsIfItHadNot() throws Exception {
    JavaProcess.assumeSignals("TERM");
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path stopped = temp.resolve("stopped");
    List<String> command = gpt(data, stopped, 64, 16); // slow enough not to end before the signal
    command.addAll(List.of("--steps", "200"));
    try (JavaProcess process = JavaProcess.start(temp, command)) {
      process.awaitLine("  step ");
      process.signal("TERM");
      List<String> rest = process.rest();
      assertEquals(130, process.exit(), rest::toString);
    }
    Path killed = ResumeTest.copy(stopped, temp.resolve("killed"));
    assertResumes(stopped);

    Path straight = temp.resolve("straight");
    command = gpt(data, straight, 64, 16);
    command.addAll(List.of("--steps", "200"));
    Shell.Result result = Shell.jacquard(command.toArray(String[]::new));
    assertEquals(0, result.exit(), result::toString);
    RunFiles.assertSame(straight, stopped);
    assertTrue(
        Shell.jacquard("resume", stopped.toString()).out().getFirst().contains("is finished"));

    // As if the process that went on had been killed before its first checkpoint, after some lines.
    Files.copy(
        straight.resolve("metrics.jsonl"),
        killed.resolve("metrics.jsonl"),
        StandardCopyOption.REPLACE_EXISTING);
    assertResumes(killed);
    RunFiles.assertSame(straight, killed);
  }

  private static void assertResumes(Path run) {
    Shell.Result result = Shell.jacquard("resume", run.toString());
    assertEquals(0, result.exit(), result::toString);
  }

  @Test
  void aRunIsTrainedByOneProcessAtATime() throws Exception {
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path run = temp.resolve("run");
    List<String> command = gpt(data, run, 16, 4);
    command.addAll(List.of("--steps", "1000000"));
    try (JavaProcess process = JavaProcess.start(temp, command)) {
      process.awaitLine("  step ");
      Shell.Result result = Shell.jacquard("resume", run.toString());
      assertEquals(2, result.exit(), result::toString);
      assertEquals(
          List.of(
              "jacquard resume: "
                  + run
                  + ": is being trained by process "
                  + process.process().pid()
                  + "; wait until that ends, or end it with Ctrl-C, which saves its work"),
          result.err());
      assertTrue(process.process().isAlive());
    }
  }

  /// A limit on the size of files is what a full disk is to the checkpoint: a write that fails.
  @Test
  void aCheckpointThatCannotBeWrittenEndsTheRunAndLeavesTheOneBefore() throws Exception {
    assumeFalse(System.getProperty("os.name").startsWith("Windows"), "no limits on this system");
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path run = temp.resolve("run");
    List<String> command = gpt(data, run, 16, 4);
    command.addAll(List.of("--steps", "10", "--checkpoint-every", "5"));
    Shell.Result result = Shell.jacquard(command.toArray(String[]::new));
    assertEquals(0, result.exit(), result::toString);
    Path last = run.resolve("checkpoints").resolve("step-000010.safetensors");
    byte[] before = Files.readAllBytes(last);
    int blocks = before.length / 512 / 2; // half of what the next one needs
    List<String> limited = List.of("sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh");
    try (JavaProcess process =
        JavaProcess.start(temp, limited, List.of("resume", run.toString(), "--steps", "20"))) {
      process.rest();
      assertEquals(2, process.exit());
      String error = process.errors().getLast();
      assertTrue(
          error.matches(
              "jacquard resume: safetensors: .*step-000015.safetensors: File too large; nothing was"
                  + " changed; once that is mended, go on from step 10: (./)?jacquard resume .*"),
          error);
    }
    assertArrayEquals(before, Files.readAllBytes(last));
    assertEquals(0, Shell.jacquard("resume", run.toString()).exit());
    assertTrue(Files.exists(run.resolve("checkpoints").resolve("step-000020.safetensors")));
  }

  @Test
  void theSecondSignalEndsTheProcessAtOnce() throws Exception {
    JavaProcess.assumeSignals("INT");
    Path data = TinyData.text(temp.resolve("letters.txt"), 400);
    Path run = temp.resolve("run");
    // A step of minutes: 4096 windows on the slow device.
    List<String> command = gpt(data, run, 16, 4096);
    command.addAll(List.of("--device", "reference"));
    try (JavaProcess process = JavaProcess.start(temp, command)) {
      process.awaitLine("before training");
      process.signal("INT");
      process.awaitLine("stopping after this step");
      process.signal("INT");
      assertEquals(130, process.exit());
    }
    assertFalse(Files.exists(run.resolve("model.safetensors")), "it did not wait for the step");
  }

  /// With three, products are also cut in other ways, to find the fastest.
  @Test
  void oneThreadAndThreeGiveTheSameBits() throws Exception {
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path one = temp.resolve("one");
    Path three = temp.resolve("three");
    try (JavaProcess first = threads(data, one, "1");
        JavaProcess second = threads(data, three, "3", "--tune")) {
      for (JavaProcess process : List.of(first, second)) {
        List<String> out = process.rest();
        assertEquals(0, process.exit(), out::toString);
      }
    }
    RunFiles.assertSame(one, three);
  }

  private JavaProcess threads(Path data, Path run, String threads, String... more)
      throws IOException {
    List<String> command = gpt(data, run, 64, 16); // wide enough for work to be split
    command.addAll(List.of("--steps", "4", "--threads", threads));
    command.addAll(List.of(more));
    return JavaProcess.start(temp, command);
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
}
