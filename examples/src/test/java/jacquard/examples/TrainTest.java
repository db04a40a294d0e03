package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.data.SplitMix;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each recipe from the command line to its samples, at sizes that take no time.
class TrainTest {
  static final String TINY = "gpt --layers 1 --heads 2 --dim 16 --context 16 --batch 4";

  static final List<String> TINY_GPT = List.of(("train " + TINY).split(" "));

  @TempDir Path temp;

  @Test
  void gptLearnsAText() throws IOException {
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path run = temp.resolve("run");
    Result result = Shell.jacquard(gpt("60", data, run, "--lr", "0.02"));
    assertEquals(List.of(), result.err());
    assertEquals(0, result.exit());
    assertTrue(result.out().getFirst().contains("learn " + data), result::toString);
    assertTrue(
        result.out().contains("saved " + run.resolve("model.safetensors")), result::toString);
    assertTrue(result.lastLine().matches("more: (\\./)?jacquard sample .*run --seed 2"));

    List<Json> lines = metrics(run);
    assertEquals(61, lines.size(), "one before training and one for each step");
    double before = lines.getFirst().field("val_loss").asDouble();
    double after = lines.getLast().field("val_loss").asDouble();
    assertEquals(Math.log(9), before, 0.1, "nothing is known yet: all 9 letters are as likely");
    assertTrue(after < before - 0.5, before + " to " + after);
    for (String field : List.of("step", "loss", "ms", "tokens_per_s")) {
      assertTrue(lines.getLast().field(field).asDouble() > 0, field);
    }
    assertTrue(Files.size(run.resolve("samples/step-60.txt")) >= 500);
    assertTrue(Files.size(run.resolve("samples/step-15.txt")) >= 500);
    assertEquals(900, ImageIO.read(run.resolve("loss.png").toFile()).getWidth());
    Json config = Json.read(run.resolve("config.json"));
    assertEquals("gpt", config.field("recipe").asText());
    assertEquals(1337, config.field("seed").asLong());
    assertEquals("\nabcdefgh", config.field("tokenizer").field("characters").asText());
  }

  @Test
  void gptInventsClassNamesWithoutData() {
    Path run = temp.resolve("run");
    Result result = Shell.jacquard(Shell.join(TINY_GPT, "--steps", "2", "--out", run.toString()));
    assertEquals(0, result.exit(), result::toString);
    assertEquals(20, result.out().stream().filter(line -> line.startsWith("* ")).count());
    assertTrue(result.out().getFirst().contains("class names of JDK"), result::toString);
  }

  @Test
  void theSameSeedGivesTheSameBits() throws IOException {
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path one = temp.resolve("one");
    Path two = temp.resolve("two");
    Path other = temp.resolve("other");
    assertEquals(0, Shell.jacquard(gpt("8", data, one, "--seed", "7")).exit());
    assertEquals(0, Shell.jacquard(gpt("8", data, two, "--seed", "7")).exit());
    assertEquals(0, Shell.jacquard(gpt("8", data, other, "--seed", "8")).exit());
    assertEquals(losses(one), losses(two));
    assertNotEquals(losses(one), losses(other));
    assertArrayEquals(
        Files.readAllBytes(one.resolve("model.safetensors")),
        Files.readAllBytes(two.resolve("model.safetensors")));
  }

  @Test
  void vaeLearnsMnistsFiles() throws IOException {
    Path data = TinyData.mnist(temp.resolve("idx"), 64, 10);
    Path run = temp.resolve("run");
    Result result =
        Shell.train("vae --epochs 5 --batch 16 --hidden 16 --latent 2 --lr 0.01", data, run);
    List<Json> lines = metrics(run);
    assertEquals(1 + 5 * 4, lines.size());
    assertTrue(
        lines.getLast().field("val_loss").asDouble()
            < lines.getFirst().field("val_loss").asDouble() - 1);
    assertEquals(
        8 * (2 * 6 + 2) + 2, ImageIO.read(run.resolve("samples/step-20.png").toFile()).getWidth());
    assertEquals(6, Json.read(run.resolve("config.json")).field("model").field("width").asInt());
  }

  @Test
  void vaeAndGanLearnDrawnDigitsWithoutData() throws IOException {
    for (String recipe : List.of("vae", "gan")) {
      Path run = temp.resolve(recipe);
      Result result =
          Shell.jacquard(
              "train",
              recipe,
              "--steps",
              "2",
              "--batch",
              "4",
              "--latent",
              "3",
              "--out",
              run.toString());
      assertEquals(0, result.exit(), result::toString);
      assertTrue(Files.exists(run.resolve("samples/step-2.png")));
      assertTrue(result.out().contains("saved " + run.resolve("model.safetensors")));
    }
  }

  @Test
  void ganRecordsBothLosses() throws IOException {
    Path data = TinyData.mnist(temp.resolve("idx"), 64, 10);
    Path run = temp.resolve("run");
    Result result = Shell.train("gan --steps 6 --batch 16 --latent 4", data, run);
    List<Json> lines = metrics(run);
    assertEquals(7, lines.size(), "one before training");
    double untrained = lines.getFirst().field("variety").asDouble();
    assertTrue(untrained > 0 && untrained < 0.2, "variety " + untrained);
    assertEquals(2 * Math.log(2), lines.get(1).field("d_loss").asDouble(), 0.2);
    assertEquals(Math.log(2), lines.get(1).field("g_loss").asDouble(), 0.1);
    assertTrue(lines.getLast().field("images_per_s").asDouble() > 0);
  }

  /// Without a classifier at hand.
  @Test
  void aGeneratorThatDrawsOnePictureIsWarnedOf() throws IOException {
    Path run = temp.resolve("run");
    Path data = TinyData.mnist(temp.resolve("idx"), 64, 10);
    Result result =
        Shell.train("gan --steps 8 --fid-every 4 --batch 16 --latent 4 --lr-g 0.3", data, run);
    assertTrue(
        result.out().stream()
            .anyMatch(line ->
                line.matches(
                    "mode collapse\\? 256 drawn pictures differ 0\\.[01]\\d times as much as real ones; try --loss wgan-gp, .*")),
        result::toString);
  }

  @Test
  void classifierTellsClassesApart() throws IOException {
    Path data = TinyData.mnist(temp.resolve("idx"), 64, 40);
    Path run = temp.resolve("run");
    Result result = Shell.train("classifier --steps 40 --batch 32", data, run);
    List<Json> lines = metrics(run);
    // Labels that differ by 6 look alike, so that four of the ten can be told apart from no other.
    double accuracy = lines.getLast().field("val_accuracy").asDouble();
    assertTrue(accuracy > 0.4, "accuracy " + accuracy);
    assertTrue(
        lines.getLast().field("val_loss").asDouble()
            < lines.getFirst().field("val_loss").asDouble() / 2);
    assertTrue(Files.exists(run.resolve("samples/step-40.png")), "the images that it misreads");
    assertEquals(10, Json.read(run.resolve("config.json")).field("model").field("classes").asInt());
    Result sample = Shell.jacquard("sample", run.toString());
    assertEquals(2, sample.exit());
    assertTrue(sample.err().getFirst().contains("is a classifier"), sample::toString);
  }

  @Test
  void aRunIsNeverWrittenOver() throws IOException {
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path run = Files.createDirectory(temp.resolve("run"));
    Path precious = Files.writeString(run.resolve("precious"), "x");
    Result result = Shell.jacquard(gpt("2", data, run));
    assertEquals(2, result.exit());
    assertEquals(
        List.of("jacquard train gpt: --out: " + run + ": is not empty, expected a new folder"),
        result.err());
    try (var files = Files.list(run)) {
      assertEquals(List.of(precious), files.toList());
    }
  }

  @Test
  void aDivergedRunSaysSoAndKeepsItsLastGoodModel() throws IOException {
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path run = temp.resolve("run");
    Result result = Shell.jacquard(gpt("200", data, run, "--lr", "1e30"));
    assertEquals(2, result.exit(), result::toString);
    assertEquals(1, result.err().size());
    assertTrue(
        result
            .err()
            .getFirst()
            .matches(
                ".*loss is (nan|inf) after step \\d+: in step \\d+ .* of [a-z0-9.]+, [A-Za-z.]+\\(\\w+\\.java:\\d+\\), made the"
                    + " first (NaN|infinite number): training has diverged; lower --lr.*"),
        result::toString);
    assertTrue(
        result.out().stream().anyMatch(line -> line.contains("repeating the steps since")),
        result::toString);
    assertFalse(metrics(run).isEmpty());
    Json kept = warnings(run).getLast();
    String said = result.err().getFirst();
    assertEquals(said, "jacquard train gpt: " + kept.field("warning").asText());
    assertTrue(said.contains(" after step " + kept.field("step").asLong() + ": "), said);
  }

  @Test
  void explodingGradientsAreSaidWhileARunTrains() throws IOException {
    Path data = TinyData.mnist(temp.resolve("idx"), 64, 10, 12);
    Result result =
        Shell.train(
            "classifier --features 8 --steps 4 --batch 32 --lr 1e4", data, temp.resolve("run"));
    assertSaid(
        result,
        temp.resolve("run"),
        "exploding gradients\\? their norm is \\d\\.\\de\\+\\d\\d after step \\d, most of it in \\S+; try a lower --lr");
  }

  @Test
  void overFittingIsSaidWhileARunTrains() throws IOException {
    SplitMix random = new SplitMix(3);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      text.append((char) ('a' + random.nextInt(8))); // nothing that held-out text would share
    }
    Path data = Files.writeString(temp.resolve("random.txt"), text);
    Result result =
        Shell.train(
            "gpt --layers 1 --heads 2 --dim 32 --context 8 --batch 8 --steps 80 --lr 0.02",
            data,
            temp.resolve("run"));
    assertSaid(
        result,
        temp.resolve("run"),
        "over-fitting\\? val_loss [\\d.]+ after step \\d+ is \\d+ % above its best, [\\d.]+ after step \\d+, while loss fell from .*");
  }

  /// On the terminal, and in the run's folder.
  private static void assertSaid(Result result, Path run, String line) throws IOException {
    String said =
        result.out().stream().filter(text -> text.matches(line)).findFirst().orElse("nothing");
    assertTrue(said.matches(line), result::toString);
    List<String> kept = new ArrayList<>();
    for (Json warning : warnings(run)) {
      kept.add(warning.field("warning").asText());
    }
    assertTrue(kept.contains(said), kept::toString);
  }

  private static String[] gpt(String steps, Path data, Path run, String... more) {
    List<String> all = new ArrayList<>(TINY_GPT);
    all.addAll(List.of("--steps", steps, "--data", data.toString(), "--out", run.toString()));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  static List<Json> metrics(Path run) throws IOException {
    return lines(run.resolve("metrics.jsonl"));
  }

  static List<Json> warnings(Path run) throws IOException {
    return lines(run.resolve("warnings.jsonl"));
  }

  private static List<Json> lines(Path log) throws IOException {
    List<Json> lines = new ArrayList<>();
    for (String line : Files.readAllLines(log)) {
      lines.add(Json.parse(line, log.toString()));
    }
    return lines;
  }

  /// Every loss of a run, to the last bit; not the times.
  static List<String> losses(Path run) throws IOException {
    List<String> losses = new ArrayList<>();
    for (Json line : metrics(run)) {
      losses.add(
          line.field("step") + " " + line.optional("loss") + " " + line.optional("val_loss"));
    }
    return losses;
  }
}
