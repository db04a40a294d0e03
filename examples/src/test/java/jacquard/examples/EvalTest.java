package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.examples.tensorboard.Events;
import jacquard.nn.io.Json;
import jacquard.nn.metrics.ClassHistogram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Measuring runs that were trained for a moment on pictures of 6 x 6 pixels.
class EvalTest {
  @TempDir static Path temp;
  private static Path idx;
  private static Path classifier;
  private static Path gan;
  private static Path vae;
  private static final Map<String, List<String>> SAID = new HashMap<>();

  @BeforeAll
  static void train() throws IOException {
    idx = TinyData.mnist(temp.resolve("idx"), 300, 120);
    classifier = run("classifier", "--steps 30 --features 16");
    gan = run("gan", "--steps 6 --latent 4 --conditional --fid-every 3", features());
    vae = run("vae", "--steps 20 --hidden 16 --latent 2 --conditional");
  }

  private static String[] features() {
    return new String[] {"--features", classifier.toString()};
  }

  private static Path run(String recipe, String options, String... more) {
    Path run = temp.resolve(recipe);
    SAID.put(recipe, Shell.train(recipe + " --batch 16 " + options, idx, run, more).out());
    return run;
  }

  static Result eval(Path run, String... more) {
    Result result = Shell.jacquard(Shell.join(List.of("eval", run.toString()), more));
    assertEquals(0, result.exit(), result::toString);
    return result;
  }

  @Test
  void aClassifierHasItsAccuracyAndConfusion() throws IOException {
    Result result = eval(classifier);
    assertTrue(result.out().getFirst().contains("120 test images"), result::toString);
    Json json = Json.read(classifier.resolve("eval.json"));
    List<Json> lines = TrainTest.metrics(classifier);
    assertEquals(
        lines.getLast().field("val_accuracy").asDouble(), json.field("accuracy").asDouble(), 1e-9);
    long sum = 0;
    long right = 0;
    List<Json> rows = json.field("confusion").items();
    for (int label = 0; label < 10; label++) {
      for (int taken = 0; taken < 10; taken++) {
        long count = rows.get(label).items().get(taken).asLong();
        sum += count;
        right += label == taken ? count : 0;
      }
    }
    assertEquals(120, sum);
    assertEquals(120 * json.field("accuracy").asDouble(), right, 1e-6);
  }

  @Test
  void picturesOfAnotherSizeAreRefused() throws IOException {
    Path other = TinyData.mnist(temp.resolve("other"), 40, 20, 8);
    for (String recipe : List.of("classifier", "gan", "vae")) {
      Path run = temp.resolve(recipe);
      Result result = Shell.jacquard("eval", run.toString(), "--data", other.toString());
      assertEquals(2, result.exit(), result::toString);
      assertTrue(
          result
              .err()
              .getLast()
              .contains("--data: pictures of 8 x 8 in 10 classes, expected 6 x 6 in at most 10"),
          result::toString);
    }
  }

  @Test
  void aGanIsMeasuredBesideItsFloor() throws IOException {
    Result result = eval(gan, features());
    Json json = Json.read(gan.resolve("eval.json"));
    for (String name : List.of("fid", "kid", "precision", "recall", "entropy")) {
      json.field(name).asDouble();
      json.field(name + "_floor").asDouble();
      assertTrue(result.out().stream().anyMatch(line -> line.contains(name)), name);
    }
    assertTrue(
        json.field("fid").asDouble() > 3 * json.field("fid_floor").asDouble(),
        () -> "six steps make no good pictures: " + json.pretty());
    assertTrue(json.field("precision_floor").asDouble() > 0.5, json::pretty);
    assertEquals(120, json.field("count").asInt());
    int[] counts = json.field("histogram").items().stream().mapToInt(EvalTest::whole).toArray();
    ClassHistogram classes = new ClassHistogram(counts);
    assertEquals(120, classes.total());
    assertEquals(classes.entropy(), json.field("entropy").asDouble(), 1e-12);
    assertEquals(classes.present(), json.field("classes").asDouble());
    for (String name : List.of("histogram", "histogram_floor")) {
      List<Integer> row = json.field(name).items().stream().map(EvalTest::whole).toList();
      assertEquals(10, row.size(), name);
      String head = name.equals("histogram") ? name : "floor";
      assertTrue(result.out().stream().anyMatch(line -> isRow(line, head, row)), result::toString);
    }
    assertTrue(
        result.out().stream()
            .anyMatch(line -> isRow(line, "of class", List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))),
        result::toString);
    Json features = json.field("features");
    assertEquals(classifier.toString(), features.field("path").asText());
    assertEquals(Json.read(gan.resolve("config.json")).field("features"), features);
  }

  @Test
  void whatFewerGiveLeavesTheWholeEvaluationAlone() throws IOException {
    Result all = eval(gan, features());
    assertEquals(gan.resolve("eval.json").toString(), all.lastLine());
    String whole = Files.readString(gan.resolve("eval.json"));
    Result few = eval(gan, Shell.join(List.of(features()), "--count", "50"));
    assertEquals(gan.resolve("eval-50.json").toString(), few.lastLine());
    assertEquals(50, Json.read(gan.resolve("eval-50.json")).field("count").asInt());
    assertEquals(whole, Files.readString(gan.resolve("eval.json")));
    eval(gan, Shell.join(List.of(features()), "--count", "10000"));
    assertEquals(whole, Files.readString(gan.resolve("eval.json")), "the usual number");
    Result refused = Shell.jacquard("eval", classifier.toString(), "--count", "50");
    assertEquals(
        List.of("jacquard eval: --count is for gan and vae runs, and this is a classifier"),
        refused.err());
  }

  /// Half the test pictures: the first of the files turned round are the last.
  @Test
  void theFloorDependsOnTheSeedAndNotOnTheOrderOfTheFiles() throws IOException {
    List<String> half = List.of("--features", classifier.toString(), "--count", "60");
    Path turned = TinyData.reversed(idx, temp.resolve("turned"));
    Json first = measured(half);
    Json other = measured(half, "--data", turned.toString());
    Json drawnAnew = measured(half, "--seed", "2");
    for (String name : List.of("fid", "kid", "precision", "recall", "entropy")) {
      for (String kind : List.of(name, name + "_floor")) {
        assertEquals(first.field(kind), other.field(kind), kind);
      }
    }
    for (String name : List.of("fid", "fid_floor", "kid_floor")) {
      assertNotEquals(first.field(name), drawnAnew.field(name), name);
    }
    assertEquals(1, first.field("seed").asInt());
    assertEquals(2, drawnAnew.field("seed").asInt());
  }

  private static Json measured(List<String> options, String... more) throws IOException {
    eval(gan, Shell.join(options, more));
    return Json.read(gan.resolve("eval-60.json"));
  }

  private static boolean isRow(String line, String head, List<Integer> numbers) {
    String rest = line.strip();
    return rest.startsWith(head)
        && Arrays.stream(rest.substring(head.length()).strip().split(" +"))
            .toList()
            .equals(numbers.stream().map(String::valueOf).toList());
  }

  private static int whole(Json json) {
    return json instanceof Json.Int(long value) ? (int) value : -1;
  }

  @Test
  void trainingAGanWatchesFidAndClasses() throws IOException {
    List<Json> lines = TrainTest.metrics(gan);
    List<Integer> looked = new ArrayList<>();
    for (Json line : lines) {
      int step = line.field("step").asInt();
      double right =
          32 * (line.optional("d_accuracy") == null ? 0 : line.field("d_accuracy").asDouble());
      assertEquals(Math.rint(right), right, 1e-4, "of 16 real and 16 drawn ones");
      if (line.optional("fid") != null) {
        looked.add(step);
        double all = 0;
        double entropy = 0;
        for (int k = 0; k < 10; k++) {
          double part = line.field("class/" + k).asDouble();
          all += part;
          entropy -= part > 0 ? part * Math.log(part) : 0;
        }
        assertEquals(1, all, 1e-9);
        assertEquals(line.field("entropy").asDouble(), entropy, 1e-9);
      }
    }
    Set<Long> shown =
        Events.shown(gan).stream()
            .filter(value -> value.tag().equals("class/7"))
            .map(Events.Shown::step)
            .collect(Collectors.toSet());
    assertEquals(Set.of(0L, 3L, 6L), shown, "TensorBoard has them, too");
    String said = String.join("\n", SAID.get("gan"));
    assertTrue(said.contains("entropy") && !said.contains("class/"), said);
    assertEquals(List.of(0, 3, 6), looked, "--fid-every 3");
    assertTrue(Files.exists(gan.resolve("samples/step-3.png")));
    assertFalse(Files.exists(gan.resolve("samples/step-2.png")));
  }

  /// Steps that are far too large leave the generator with one picture for any noise.
  @Test
  void aGeneratorThatCollapsesIsWarnedOf() throws IOException {
    Path run = temp.resolve("collapsed");
    String options = "gan --steps 8 --batch 16 --latent 4 --lr-g 0.3 --fid-every 4";
    Result result = Shell.train(options, idx, run, features());
    List<String> said =
        result.out().stream().filter(line -> line.startsWith("mode collapse?")).toList();
    assertEquals(2, said.size(), result::toString);
    for (String line : said) {
      assertTrue(
          line.matches(
              "mode collapse\\? [1-3] of 10 classes among [25],000 drawn, entropy 0\\.\\d\\d of 2\\.30"
                  + " nats: \\[[\\d, ]+]; try --loss wgan-gp, --spectral-norm or --lr-d"),
          line);
    }
    List<String> kept = new ArrayList<>();
    for (Json line : TrainTest.warnings(run)) {
      String text = line.field("warning").asText();
      if (text.startsWith("mode collapse?")) {
        kept.add(line.field("step").asLong() + " " + text);
      }
    }
    List<String> expected = List.of("4 " + said.getFirst(), "8 " + said.getLast());
    assertEquals(expected, kept);
    assertEquals(
        expected,
        Events.shown(run).stream()
            .filter(shown -> shown.tag().equals("warnings"))
            .map(shown ->
                shown.step()
                    + " "
                    + shown.value().getTensor().getStringVal(0).toStringUtf8().strip())
            .filter(line -> line.contains(" mode collapse?"))
            .toList());
  }

  @Test
  void theClassThatIsAskedForIsDrawn() throws IOException {
    Path seven = temp.resolve("seven.png");
    Path other = temp.resolve("other.png");
    for (Path run : List.of(gan, vae)) {
      sample(run, "7", seven);
      sample(run, "3", other);
      assertTrue(Files.mismatch(seven, other) >= 0, "the same noise as another class");
    }
    Result wrong = Shell.jacquard("sample", gan.toString(), "--class", "10");
    assertEquals(List.of("jacquard sample: --class is 10, expected 0 to 9"), wrong.err());
  }

  private static void sample(Path run, String label, Path out) {
    Result result =
        Shell.jacquard("sample", run.toString(), "--class", label, "--out", out.toString());
    assertEquals(0, result.exit(), result::toString);
  }

  @Test
  void aVaesBoundIsTheSumOfItsParts() throws IOException {
    eval(vae, features());
    Json json = Json.read(vae.resolve("eval.json"));
    assertEquals(
        json.field("negative_elbo").asDouble(),
        json.field("reconstruction").asDouble() + json.field("divergence").asDouble(),
        1e-6);
    assertEquals(
        TrainTest.metrics(vae).getLast().field("val_loss").asDouble(),
        json.field("negative_elbo").asDouble(),
        1e-3);
    json.field("fid_floor").asDouble();
    for (String picture : List.of("rebuilt.png", "between.png", "manifold.png")) {
      assertTrue(Files.size(vae.resolve(picture)) > 100, picture);
    }
  }

  @Test
  void withoutAFeatureNetworkItSaysHowToMakeOne() {
    Result result = Shell.jacquard("eval", gan.toString());
    assertEquals(2, result.exit(), result::toString);
    assertTrue(result.err().getFirst().contains("train classifier"), result::toString);
  }
}
