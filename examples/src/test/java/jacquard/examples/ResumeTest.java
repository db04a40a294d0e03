package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A run that is resumed is the run that was never ended. See [KillTest] for processes that are
/// killed.
class ResumeTest {
  @TempDir Path temp;

  /// One row for each kind of state that recipes keep.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt --layers 1 --heads 2 --dim 16 --context 16 --batch 4 --lr 0.01",
        "gpt --layers 1 --heads 2 --dim 16 --context 16 --batch 4 --dropout 0.2 --tie --bias"
            + " --positions rotary --norm rms --mlp swiglu --tokenizer byte",
        "gpt --layers 1 --heads 2 --dim 16 --context 16 --batch 4 --lr 0.01 --precision f16",
        "mlm --layers 1 --heads 2 --dim 16 --context 16 --batch 4 --dropout 0.2 --precision bf16",
        "vae --hidden 16 --latent 2 --batch 16",
        "vae --hidden 8 --latent 2 --batch 16 --conditional --likelihood gaussian --augment"
            + " shift=1",
        "gan --latent 4 --batch 16",
        "gan --latent 4 --batch 8 --loss wgan-gp --d-steps 2 --conditional --ema 0.9"
            + " --instance-noise 0.1",
        "gan --latent 4 --batch 8 --loss hinge --spectral-norm --r1 0.1 --lr-d 1e-3 --precision f16",
        "classifier --features 8 --dropout 0.2 --batch 16",
      })
  void fromTheMiddleItEndsAsItDid(String recipe) throws IOException {
    Path straight = temp.resolve("straight");
    train(straight, recipe, "--steps", "24", "--checkpoint-every", "10", "--keep", "9");
    Path resumed = copy(straight, temp.resolve("resumed"));
    Result result = resume(resumed, "--from", "step-000010");
    assertEquals(0, result.exit(), result::toString);
    assertTrue(result.out().contains("going on after step 10"), result::toString);
    RunFiles.assertSame(straight, resumed);
    assertTrue(
        Files.exists(resumed.resolve("checkpoints/undone/step-000024.safetensors")),
        "later checkpoints are set aside");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--lora 2", "--freeze tokens.* --freeze blocks.0.mlp.*"})
  void aTunedModelGoesOnFromItsCheckpointNotFromItsSource(String tuning) throws IOException {
    Path source = temp.resolve("source");
    train(source, GPT, "--steps", "4");
    Path straight = temp.resolve("straight");
    String recipe = "gpt --batch 4 " + tuning + " --from " + source;
    train(straight, recipe, "--steps", "12", "--checkpoint-every", "5", "--keep", "9");
    Path resumed = copy(straight, temp.resolve("resumed"));
    Files.move(source, temp.resolve("moved"));
    Result result = resume(resumed, "--from", "step-000005");
    assertEquals(0, result.exit(), result::toString);
    RunFiles.assertSame(straight, resumed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt", "mlm"})
  void theFileOfATokenizerIsReadOnce(String name) throws IOException {
    String recipe = GPT.replace("gpt", name);
    train(temp.resolve("source"), recipe, "--steps", "1", "--tokenizer", "bpe:270");
    Json learned = Json.read(temp.resolve("source/config.json")).field("tokenizer");
    Path file = temp.resolve("tokenizer.json");
    Files.writeString(file, learned.field("definition").toString());
    Path straight = temp.resolve("straight");
    train(straight, recipe, "--steps", "6", "--tokenizer", file.toString(), "--keep", "9");
    Path killed = Files.createDirectory(temp.resolve("killed"));
    Files.copy(straight.resolve("config.json"), killed.resolve("config.json"));
    Path resumed = copy(straight, temp.resolve("resumed"));
    Files.delete(file);
    for (Result result : List.of(resume(resumed, "--from", "step-000000"), resume(killed))) {
      assertEquals(0, result.exit(), result::toString);
    }
    RunFiles.assertSame(straight, resumed);
    RunFiles.assertSame(straight, killed);
  }

  @Test
  void aRunOfManyStepsGoesOnWithinALineOfMetrics() throws IOException {
    // A line every ten steps: the checkpoint of step 204 holds four steps of the line of step 210.
    Path straight = temp.resolve("straight");
    train(straight, GPT, "--steps", "220", "--checkpoint-every", "17", "--keep", "9");
    Path resumed = copy(straight, temp.resolve("resumed"));
    assertEquals(0, resume(resumed, "--from", "step-000204").exit());
    RunFiles.assertSame(straight, resumed);
  }

  @Test
  void aFinishedRunIsMadeLongerByWordOnly() throws IOException {
    Path run = temp.resolve("run");
    train(run, GPT, "--steps", "8");
    Result result = resume(run);
    assertEquals(0, result.exit());
    assertEquals(
        List.of(run + " is finished: it has made its 8 steps; --steps N makes it longer"),
        result.out());
    assertEquals(8, last(run).field("step").asLong());

    result = resume(run, "--steps", "12");
    assertEquals(0, result.exit(), result::toString);
    assertEquals(12, last(run).field("step").asLong());
    Json config = Json.read(run.resolve("config.json"));
    assertEquals(8, config.field("steps").asLong(), "what schedules go by");
    assertEquals(12, config.field("until").asLong());
    assertTrue(resume(run).out().getFirst().contains("has made its 12 steps"));
  }

  @Test
  void aLongerRunOfAConstantRateIsTheLongRun() throws IOException {
    Path straight = temp.resolve("straight");
    train(straight, GAN, "--steps", "12");
    Path resumed = temp.resolve("resumed");
    train(resumed, GAN, "--steps", "5");
    assertEquals(0, resume(resumed, "--steps", "12").exit());
    List<Json> expected = RunFiles.metrics(straight);
    List<Json> actual = RunFiles.metrics(resumed);
    for (int step = 1; step <= 12; step++) {
      for (String loss : List.of("d_loss", "g_loss")) {
        assertEquals(expected.get(step).field(loss), actual.get(step).field(loss), "" + step);
      }
    }
  }

  @Test
  void aDefaultThatHangsOnAnotherOptionIsKept() throws IOException {
    Path critic = temp.resolve("critic");
    train(critic, GAN, "--loss", "wgan-gp", "--steps", "2");
    assertEquals("5", discriminatorSteps(critic));
    Path plain = temp.resolve("plain");
    train(plain, GAN, "--steps", "2");
    assertEquals("1", discriminatorSteps(plain));

    // As a version with another default would have begun it, killed before its first checkpoint.
    Path killed = Files.createDirectory(temp.resolve("killed"));
    Files.writeString(
        killed.resolve("config.json"),
        Files.readString(critic.resolve("config.json"))
            .replace("\"--d-steps\": \"5\"", "\"--d-steps\": \"2\""));
    assertEquals(0, resume(killed).exit());
    assertEquals("2", discriminatorSteps(killed));
    Path said = temp.resolve("said");
    train(said, GAN, "--loss", "wgan-gp", "--steps", "2", "--d-steps", "2");
    assertEquals(last(said).field("d_loss"), last(killed).field("d_loss"));
    assertNotEquals(last(critic).field("d_loss"), last(killed).field("d_loss"));
    assertEquals(0, resume(killed, "--steps", "3").exit(), "its checkpoints say the same");
  }

  private static String discriminatorSteps(Path run) throws IOException {
    return Json.read(run.resolve("config.json")).field("options").field("--d-steps").asText();
  }

  @Test
  void linesBehindTheCheckpointAreCutOffAndWrittenAgain() throws IOException {
    Path straight = temp.resolve("straight");
    train(straight, GPT, "--steps", "12", "--checkpoint-every", "5", "--keep", "9");
    Path killed = copy(straight, temp.resolve("killed"));
    // As a kill after step 12 and before its checkpoint would leave it, within a line.
    Files.delete(killed.resolve("checkpoints/step-000012.safetensors"));
    Files.delete(killed.resolve("model.safetensors"));
    Files.writeString(
        killed.resolve("metrics.jsonl"), "{\"step\":13,\"lo", StandardOpenOption.APPEND);
    String early = "{\"step\":2,\"warning\":\"early\"}";
    Files.writeString(
        killed.resolve("warnings.jsonl"), early + "\n" + early.replace("2", "11") + "\n");
    Result result = resume(killed);
    assertEquals(0, result.exit(), result::toString);
    RunFiles.assertSame(straight, killed);
    List<String> warnings = Files.readAllLines(killed.resolve("warnings.jsonl"));
    assertEquals(early, warnings.getFirst());
    assertEquals(1, warnings.stream().filter(line -> line.contains("early")).count());
  }

  @Test
  void aRunKilledBeforeItsFirstCheckpointBeginsAgain() throws IOException {
    Path straight = temp.resolve("straight");
    train(straight, GPT, "--steps", "6");
    Path killed = Files.createDirectory(temp.resolve("killed"));
    Files.copy(straight.resolve("config.json"), killed.resolve("config.json"));
    Files.writeString(killed.resolve("metrics.jsonl"), "{\"step\":0,\"val_");
    assertEquals(0, resume(killed).exit());
    RunFiles.assertSame(straight, killed);
  }

  @Test
  void whatAKillBeforeTheConfigurationLeavesIsNoRun() throws IOException {
    Path run = Files.createDirectory(temp.resolve("run"));
    Files.writeString(run.resolve(".lock"), "99999999999\n");
    Path half = Files.writeString(run.resolve(".config.json.99999999999-3.tmp"), "{\"rec");
    Path note = Files.writeString(run.resolve("note.txt"), "mine");
    String[] command = command(temp, run, GPT, "--steps", "2");
    Result result = Shell.jacquard(command);
    assertEquals(2, result.exit(), result::toString);
    assertTrue(result.err().getFirst().contains("is not empty"), result::toString);
    assertTrue(Files.exists(half), "nothing is changed");

    assertEquals(
        List.of(
            "jacquard resume: "
                + run
                + ": holds no config.json, expected a folder that train wrote"),
        resume(run).err());
    Files.delete(note);
    assertEquals(
        List.of(
            "jacquard resume: "
                + run
                + ": holds no config.json, expected a folder that train wrote; if it was ended"
                + " before it began, run train again"),
        resume(run).err());
    result = Shell.jacquard(command);
    assertEquals(0, result.exit(), result::toString);
    assertTrue(Files.notExists(half));
    assertEquals(2, last(run).field("step").asLong());
    assertEquals(2, Shell.jacquard(command).exit(), "a run is in it now");
  }

  @Test
  void theBestCheckpointIsKept() throws IOException {
    Path run = temp.resolve("run");
    // Ever larger steps: the loss falls, then rises.
    train(run, GPT, "--lr", "0.03", "--steps", "40", "--checkpoint-every", "1", "--keep", "2");
    double best = Double.POSITIVE_INFINITY;
    long step = -1;
    for (Json line : RunFiles.metrics(run)) {
      Json value = line.optional("val_loss");
      if (value != null && line.field("step").asLong() > 0 && value.asDouble() < best) {
        best = value.asDouble();
        step = line.field("step").asLong();
      }
    }
    Result result = resume(run, "--from", "best", "--steps", "41");
    assertEquals(0, result.exit(), result::toString);
    assertTrue(result.out().contains("going on after step " + step), result::toString);
  }

  @Test
  void pathsAreFoundFromAnotherFolderAndDataMayHaveMoved() throws IOException {
    Path run = temp.resolve("run");
    train(run, GPT, "--steps", "4");
    Json options = Json.read(run.resolve("config.json")).field("options");
    assertEquals(temp.resolve("letters.txt").toString(), options.field("--data").asText());
    assertEquals("3", options.field("--keep").asText(), "defaults are recorded");

    Path moved = temp.resolve("moved.txt");
    Files.move(temp.resolve("letters.txt"), moved);
    Result result = resume(run, "--steps", "6");
    assertEquals(2, result.exit());
    assertTrue(result.err().getFirst().contains("letters.txt"), result::toString);
    assertEquals(0, resume(run, "--steps", "6", "--data", moved.toString()).exit());
    assertEquals(0, resume(run, "--steps", "7").exit(), "the new place is recorded");
    assertNotEquals(options, Json.read(run.resolve("config.json")).field("options"));
  }

  static final String GPT = "gpt --layers 1 --heads 2 --dim 16 --context 16 --batch 4";
  private static final String GAN = "gan --latent 4 --batch 16";

  private void train(Path run, String recipe, String... more) throws IOException {
    train(temp, run, recipe, more);
  }

  /// Trains on data that lie in `temp`.
  static void train(Path temp, Path run, String recipe, String... more) throws IOException {
    Result result = Shell.jacquard(command(temp, run, recipe, more));
    assertEquals(0, result.exit(), result::toString);
  }

  static String[] command(Path temp, Path run, String recipe, String... more) throws IOException {
    Path data =
        recipe.startsWith("gpt") || recipe.startsWith("mlm")
            ? TinyData.text(temp.resolve("letters.txt"), 3000)
            : TinyData.mnist(temp.resolve("idx"), 64, 10, recipe.contains("dcgan") ? 8 : 6);
    List<String> first = new java.util.ArrayList<>(List.of(("train " + recipe).split(" ")));
    first.addAll(List.of("--data", data.toString(), "--out", run.toString()));
    return Shell.join(first, more);
  }

  static Result resume(Path run, String... more) {
    return Shell.jacquard(Shell.join(List.of("resume", run.toString()), more));
  }

  private static Json last(Path run) throws IOException {
    return RunFiles.metrics(run).getLast();
  }

  static Path copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
    return to;
  }
}
