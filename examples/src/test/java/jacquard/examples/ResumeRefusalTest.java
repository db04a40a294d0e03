package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a run can't go on from is told in one line, and nothing is changed.
class ResumeRefusalTest {
  @TempDir Path temp;

  private Path run;

  @BeforeEach
  void train() throws IOException {
    run = temp.resolve("run");
    ResumeTest.train(
        temp, run, ResumeTest.GPT, "--steps", "8", "--checkpoint-every", "3", "--keep", "5");
  }

  @Test
  void aDamagedCheckpointIsNamedAndTheOneBeforeOffered() throws IOException {
    Path last = checkpoint(8);
    byte[] bytes = Files.readAllBytes(last);
    bytes[bytes.length / 2] ^= 1;
    Files.write(last, bytes);
    Result result = refused("step-000008.safetensors: tensor '");
    String line = result.err().getFirst();
    assertTrue(line.contains("; the file is damaged; go on from step 6: "), line);
    String command = line.substring(line.indexOf("resume " + run));
    assertEquals("resume " + run + " --from step-000006", command);

    result = Shell.jacquard(command.split(" "));
    assertEquals(0, result.exit(), result::toString);
    assertTrue(Files.exists(run.resolve("checkpoints/undone/step-000008.safetensors")));
    assertEquals(0, Shell.jacquard("resume", run.toString()).exit());
  }

  @Test
  void whereTheOneBeforeIsDamagedTooAnEarlierOneIsOffered() throws IOException {
    truncate(checkpoint(8), 1000);
    truncate(checkpoint(6), 0);
    Result result = refused("the file is truncated; go on from step 4: ");
    assertTrue(result.err().getFirst().endsWith(" --from step-000004"), result::toString);
  }

  @Test
  void whereNoneIsWholeThatIsSaid() throws IOException {
    for (Path file : RunFiles.checkpoints(run)) {
      truncate(file, 20);
    }
    truncate(run.resolve("checkpoints/best.safetensors"), 20);
    refused("there is no other whole checkpoint");
  }

  @Test
  void foreignFilesAreRefused() throws IOException {
    Path model = run.resolve("model.safetensors");
    refused("is a safetensors file, but no checkpoint of Jacquard", "--from", model.toString());
    Path text = Files.writeString(temp.resolve("note.txt"), "Not a checkpoint, but long enough.");
    refused("note.txt: claims a header of", "--from", text.toString());
    refused("none: no such file", "--from", "none");
    refused("go on from step 8", "--from", "none");
  }

  @Test
  void aCheckpointOfAnotherRunIsRefused() throws IOException {
    Path other = temp.resolve("other");
    ResumeTest.train(temp, other, ResumeTest.GPT.replace("--dim 16", "--dim 32"), "--steps", "8");
    refused(
        "is none of the run " + run + ": model.dim is 32, expected 16",
        "--from",
        RunFiles.lastCheckpoint(other).toString());
    Files.copy(RunFiles.lastCheckpoint(other), checkpoint(8), StandardCopyOption.REPLACE_EXISTING);
    Result result = refused("model.dim is 32, expected 16; go on from step 6: ");
    assertTrue(result.err().getFirst().endsWith(" --from step-000006"), result::toString);
  }

  /// Their models are alike: only the options tell them apart.
  @ParameterizedTest
  @CsvSource({
    "--loss bce, --loss hinge, '--loss is bce, expected hinge'",
    "--r1 0.2, --r1 0.1, '--r1 is 0.2, expected 0.1'",
  })
  void aCheckpointOfARunWithOtherOptionsIsRefused(String others, String own, String expected)
      throws IOException {
    Path other = temp.resolve("other");
    ResumeTest.train(temp, other, "gan --latent 4 --batch 16 " + others, "--steps", "2");
    run = temp.resolve("gan");
    ResumeTest.train(temp, run, "gan --latent 4 --batch 16 " + own, "--steps", "2");
    Path foreign = RunFiles.lastCheckpoint(other);
    refused("is none of the run " + run + ": " + expected, "--from", foreign.toString());

    // How a run is computed and what is kept of it may differ.
    Path same = temp.resolve("same");
    String kept = " --keep 7 --checkpoint-every 1 --threads 1";
    ResumeTest.train(temp, same, "gan --latent 4 --batch 16 " + own + kept, "--steps", "2");
    String file = same.resolve("checkpoints/step-000001.safetensors").toString();
    Result result = ResumeTest.resume(run, "--from", file);
    assertEquals(0, result.exit(), result::toString);
  }

  @Test
  void aConfigurationThatWasEditedIsRefused() throws IOException {
    edit(config -> with(config, "lr", Json.of(0.5)));
    refused("lr is 0.001, expected 0.5");
  }

  @Test
  void optionsThatWereEditedAreRefused() throws IOException {
    edit(config -> with(config, "options", with(field(config, "options"), "--dim", Json.of("8"))));
    refused("is none of the run " + run + ": --dim is 16, expected 8", "--steps", "9");
    edit(
        config -> with(config, "options", with(field(config, "options"), "--depth", Json.of("8"))));
    refused("config.json: options: Unknown option: '--depth=8'");
    edit(config -> with(config, "options", Json.of("--dim 8")));
    refused("expected an object");
  }

  @Test
  void aRunFromBeforeRunsCouldBeResumedIsRefused() throws IOException {
    edit(config -> {
      Map<String, Json> fields = new LinkedHashMap<>(fields(config));
      fields.remove("options");
      return Json.of(fields);
    });
    refused("config.json: records no options: the run was made before runs could be resumed");
  }

  @Test
  void anOptionThatIsRefusedByNowIsNamed() throws IOException {
    asBeforeItsFirstCheckpoint(run);
    edit(config -> with(config, "options", with(field(config, "options"), "--lora", Json.of("4"))));
    refused(
        "config.json: options: --lora is 4, which trains additions to a trained model: expected"
            + " --from DIR beside it; was the run made by another version? Go on with that one, or"
            + " train anew");
  }

  /// Earlier versions recorded `--channels` of linear networks, too, which new runs may not have.
  @Test
  void anOptionThatDoesNothingIsNoObstacle() throws IOException {
    Path straight = temp.resolve("straight");
    ResumeTest.train(temp, straight, "gan --latent 4 --batch 16", "--steps", "2");
    run = ResumeTest.copy(straight, temp.resolve("earlier"));
    asBeforeItsFirstCheckpoint(run);
    edit(config ->
        with(config, "options", with(field(config, "options"), "--channels", Json.of("32"))));
    Result result = ResumeTest.resume(run);
    assertEquals(0, result.exit(), result::toString);
    RunFiles.assertSame(straight, run);
  }

  private static void asBeforeItsFirstCheckpoint(Path run) throws IOException {
    for (Path file : RunFiles.checkpoints(run)) {
      Files.delete(file);
    }
    Files.deleteIfExists(run.resolve("checkpoints/best.safetensors"));
    Files.delete(run.resolve("metrics.jsonl"));
  }

  @Test
  void changedDataAreRefused() throws IOException {
    Path data = temp.resolve("letters.txt");
    String text = Files.readString(data);
    Files.writeString(data, text.replaceFirst("abc", "cba"));
    refused("data_check.crc32c is ", "--steps", "9");
    Files.writeString(data, text + "abc");
    refused(
        "data_check.size is 3003, expected 3000; the data have changed since it began",
        "--steps",
        "9");
    Files.delete(data);
    refused("letters.txt: no such file", "--steps", "9");
  }

  @Test
  void fewerStepsThanWereMadeAreRefused() throws IOException {
    refused("--steps is 8, expected more than the 8 that " + run + " has made", "--steps", "8");
    refused("--steps is 0, expected 1 or more", "--steps", "0");
  }

  @Test
  void otherFoldersAreRefused() throws IOException {
    Result result = Shell.jacquard("resume", temp.resolve("none").toString());
    assertEquals(2, result.exit());
    assertTrue(result.err().getFirst().contains("no such folder"), result::toString);
    result = Shell.jacquard("resume", temp.toString());
    assertTrue(result.err().getFirst().contains("holds no config.json"), result::toString);
    result = Shell.jacquard("resume");
    assertTrue(result.err().getFirst().contains("Missing required parameter"), result::toString);
  }

  @Test
  void lostCheckpointsAreNotTakenForANewRun() throws IOException {
    for (Path file : RunFiles.checkpoints(run)) {
      Files.delete(file);
    }
    Result result = refused("holds no checkpoint, though the run has made 8 steps");
    assertTrue(result.err().getFirst().endsWith(" --from best"), result::toString);
    Files.delete(run.resolve("checkpoints/best.safetensors"));
    Files.delete(run.resolve("checkpoints"));
    refused("holds no checkpoint, though the run has made 8 steps");
    Files.writeString(run.resolve("checkpoints"), "in place of the folder");
    refused("checkpoints: not a folder");
  }

  private Result refused(String expected, String... more) throws IOException {
    Map<String, List<Object>> before = contents();
    Result result = ResumeTest.resume(run, more);
    assertEquals(2, result.exit(), result::toString);
    assertEquals(1, result.err().size(), result::toString);
    assertTrue(result.err().getFirst().startsWith("jacquard resume: "), result::toString);
    assertTrue(result.err().getFirst().contains(expected), result::toString);
    assertEquals(List.of(), result.out());
    assertEquals(before, contents(), "nothing is changed");
    return result;
  }

  private Map<String, List<Object>> contents() throws IOException {
    Map<String, List<Object>> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith(".lock")) {
          contents.put(
              file.toString(),
              List.of(Files.size(file), Arrays.hashCode(Files.readAllBytes(file))));
        }
      }
    }
    return contents;
  }

  private Path checkpoint(int step) {
    return run.resolve("checkpoints/step-00000" + step + ".safetensors");
  }

  // A new file: the best one may be another name of the old one.
  private static void truncate(Path file, int length) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    Files.write(file, Arrays.copyOf(bytes, length));
  }

  private void edit(UnaryOperator<Json> change) throws IOException {
    Path config = run.resolve("config.json");
    Files.writeString(config, change.apply(Json.read(config)).pretty());
  }

  private static Map<String, Json> fields(Json json) {
    return ((Json.Fields) json).values();
  }

  private static Json field(Json json, String name) {
    return fields(json).get(name);
  }

  private static Json with(Json json, String name, Json value) {
    Map<String, Json> fields = new LinkedHashMap<>(fields(json));
    fields.put(name, value);
    return Json.of(fields);
  }
}
