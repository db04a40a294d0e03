package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A masked model from the command line.
class MlmTest {
  private static final String LINE = "the lazy dog\n";

  @TempDir Path temp;

  private Path train(int steps) throws IOException {
    Path text = Files.writeString(temp.resolve("dog.txt"), LINE.repeat(200));
    Path run = temp.resolve("run");
    String sizes = "--layers 1 --heads 2 --dim 32 --context 20 --batch 16 --positions rotary";
    Shell.train("mlm --lr 0.02 --steps " + steps + " " + sizes, text, run);
    return run;
  }

  @Test
  void gapsAreFilledFromBothSides() throws IOException {
    Path run = train(200);
    List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
    double before = Json.parse(metrics.getFirst(), "first").field("val_loss").asDouble();
    double after = Json.parse(metrics.getLast(), "last").field("val_loss").asDouble();
    assertTrue(after < before / 4, before + " to " + after);
    assertTrue(Files.readString(run.resolve("samples/step-200.txt")).contains("\n----\n"));
    Result result =
        Shell.jacquard(
            "sample",
            run.toString(),
            "--temperature",
            "0",
            "--prompt",
            "the la_y dog",
            "--prompt",
            "_he lazy _og");
    assertEquals(List.of("the lazy dog", "the lazy dog"), result.out(), result::toString);
    assertTrue(eval(run).field("accuracy").asDouble() > 0.8, "of the gaps of the text held out");
  }

  @Test
  void gapsOfTheTextHeldOutAreMeasured() throws IOException {
    Path run = train(1);
    Json raw = eval(run);
    // Nothing is known yet: the letters of the line and the mask are as likely.
    int letters = (int) LINE.chars().distinct().count();
    assertEquals(Math.log(letters + 1), raw.field("loss").asDouble(), 0.4);
    double loss = raw.field("loss").asDouble();
    assertEquals(Math.exp(loss), raw.field("perplexity").asDouble(), 1e-9);
    double watched =
        Json.parse(Files.readAllLines(run.resolve("metrics.jsonl")).getLast(), "last")
            .field("val_loss")
            .asDouble();
    assertEquals(watched, loss, 0.2, "other gaps of the same text");
    int tokens = raw.field("tokens").asInt();
    assertEquals(
        (LINE.length() * 20 - 1) / 20 * 20, tokens, "a tenth of 200 lines, in windows of 20");
    double part = raw.field("gaps").asDouble() / tokens;
    assertEquals(0.15, part, 0.06);
    double right = raw.field("accuracy").asDouble() * raw.field("gaps").asDouble();
    assertEquals(Math.rint(right), right, 1e-9);
    assertEquals(raw, eval(run), "the same gaps each time");

    Path other = Files.writeString(temp.resolve("other.txt"), LINE.repeat(3));
    Result result = Shell.jacquard("eval", run.toString(), "--data", other.toString());
    assertEquals(0, result.exit(), result::toString);
    int few = Json.read(run.resolve("eval.json")).field("tokens").asInt();
    assertEquals((3 * LINE.length() - 1) / 20 * 20, few);
  }

  private static Json eval(Path run) throws IOException {
    Result result = Shell.jacquard("eval", run.toString());
    assertEquals(0, result.exit(), result::toString);
    return Json.read(run.resolve("eval.json"));
  }

  @Test
  void wrongPromptsAreOneLine() throws IOException {
    Path run = train(1);
    wrong(run, "--prompt is missing, expected a text in which _ stands for each gap");
    wrong(
        run,
        "--prompt has 0 gaps (_) among 3 tokens, expected at least one, and at most 20 tokens",
        "--prompt",
        "dog");
    wrong(run, "among 60 tokens", "--prompt", "_".repeat(60));
    wrong(run, "--length is for gpt runs, and this is a mlm", "--length", "5");
    wrong(run, "--class is for vae and gan runs, and this is a mlm", "--class", "5");
    Result result = Shell.jacquard("train", "mlm", "--mask", "1");
    assertEquals(
        List.of("jacquard train mlm: --mask is 1.0, expected above 0 and below 1"), result.err());
  }

  private static void wrong(Path run, String expected, String... options) {
    Result result = Shell.jacquard(Shell.join(List.of("sample", run.toString()), options));
    assertEquals(2, result.exit());
    assertFalse(result.err().isEmpty());
    assertTrue(result.err().getFirst().contains(expected), result::toString);
  }
}
