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
    Result result =
        Shell.jacquard(
            "train",
            "mlm",
            "--data",
            text.toString(),
            "--out",
            run.toString(),
            "--layers",
            "1",
            "--heads",
            "2",
            "--dim",
            "32",
            "--context",
            "20",
            "--batch",
            "16",
            "--lr",
            "0.02",
            "--positions",
            "rotary",
            "--steps",
            Integer.toString(steps));
    assertEquals(0, result.exit(), result::toString);
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
