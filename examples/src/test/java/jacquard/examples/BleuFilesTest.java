package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.SharedData;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `eval --hypotheses`: files scored by BLEU, as sacrebleu scores them.
class BleuFilesTest {
  private static final double TOLERANCE = 1e-9;

  @TempDir Path temp;

  private static Result eval(Path hypotheses, List<Path> references, String... more) {
    List<String> call = new ArrayList<>(List.of("eval", "--hypotheses", hypotheses.toString()));
    for (Path reference : references) {
      call.addAll(List.of("--references", reference.toString()));
    }
    return Shell.jacquard(Shell.join(call, more));
  }

  private static Json measured(Path hypotheses, List<Path> references, String... more)
      throws IOException {
    Result result = eval(hypotheses, references, more);
    assertEquals(0, result.exit(), result::toString);
    Path file = hypotheses.resolveSibling(hypotheses.getFileName() + ".eval.json");
    assertEquals(file.toString(), result.lastLine());
    return Json.read(file);
  }

  /// `texts`, one a line.
  private Path file(String name, Json texts) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Json text : texts.items()) {
      lines.add(text.asText());
    }
    return Files.write(temp.resolve(name), lines);
  }

  @Test
  void scoresOfFilesAreSacrebleus() throws IOException {
    int compared = 0;
    for (Json each :
        Json.read(SharedData.path("bleu/reference-scores.json")).field("cases").items()) {
      Path hypotheses = file("hypotheses", each.field("hyps"));
      List<Path> references = new ArrayList<>();
      for (Json set : each.field("refs").items()) {
        references.add(file("reference" + references.size(), set));
      }
      for (String score : each.field("sacrebleu").fields().keySet()) {
        // the smoothings of single letters and of words as they stand are left to BleuTest
        if (!score.matches("bleu/(13a|zh)/[^/]+|bleu/char/exp")) {
          continue;
        }
        String way = score.substring("bleu/".length());
        String what = each.field("id").asText() + " " + way;
        String[] names = way.split("/");
        Json found =
            measured(hypotheses, references, "--tokenize", names[0], "--smoothing", names[1]);
        Json corpus = each.field("sacrebleu").field(score);
        assertEquals(corpus.field("score").asDouble(), found.field("bleu").asDouble(), TOLERANCE);
        for (int n = 0; n < 4; n++) {
          assertEquals(
              corpus.field("precisions").items().get(n).asDouble(),
              found.field("precision_" + (n + 1)).asDouble(),
              TOLERANCE,
              what);
        }
        assertEquals(
            corpus.field("bp").asDouble(), found.field("brevity_penalty").asDouble(), TOLERANCE);
        assertEquals(corpus.field("sys_len").asLong(), found.field("words").asDouble(), what);
        assertEquals(
            corpus.field("ref_len").asLong(), found.field("reference_words").asDouble(), what);
        Json sentences =
            each.field("sacrebleu").optional("sentence_bleu/" + way + "/effective_order");
        if (sentences != null) {
          double sum = 0;
          for (int i = 0; i < sentences.items().size(); i++) {
            double expected = sentences.items().get(i).asDouble();
            sum += expected;
            assertEquals(
                expected,
                found.field("sentence_bleus").items().get(i).asDouble(),
                TOLERANCE,
                what + " " + i);
            compared++;
          }
          assertEquals(
              sum / sentences.items().size(),
              found.field("sentence_bleu").asDouble(),
              TOLERANCE,
              what);
        }
        assertEquals(names[0], found.field("tokenize").asText());
        assertEquals(names[1], found.field("smoothing").asText());
      }
    }
    assertEquals(154, compared, "every line");
  }

  @Test
  void theTableHasBothAndTheDefaultsAreSacrebleus() throws IOException {
    Path shared = SharedData.path("bleu");
    Path hypotheses =
        Files.copy(shared.resolve("nlgeval-hyp.txt"), temp.resolve("nlgeval-hyp.txt"));
    List<Path> references =
        List.of(shared.resolve("nlgeval-ref1.txt"), shared.resolve("nlgeval-ref2.txt"));
    Result result = eval(hypotheses, references);
    assertEquals(0, result.exit(), result::toString);
    assertEquals(hypotheses + ": 2 lines against 2 for each", result.out().getFirst());
    // sacrebleu 2.6.0: 20.114343063007144
    assertTrue(
        result.out().get(1).strip().matches("bleu +20\\.11 +all lines together, 0 to 100"),
        result::toString);
    assertTrue(result.out().get(2).strip().startsWith("sentence_bleu "), result::toString);
    Json asUsual = measured(hypotheses, references);
    assertEquals("13a", asUsual.field("tokenize").asText());
    assertEquals("exp", asUsual.field("smoothing").asText());

    Path loud =
        Files.writeString(
            temp.resolve("loud"), Files.readString(hypotheses).replace("this", "THIS"));
    assertTrue(
        measured(loud, references).field("bleu").asDouble() < asUsual.field("bleu").asDouble());
    assertEquals(asUsual.field("bleu"), measured(loud, references, "--lowercase").field("bleu"));
  }

  @Test
  void whatDoesNotFitIsToldInALine() throws IOException {
    Path two = Files.writeString(temp.resolve("two"), "a b\nc d\n");
    Path three = Files.writeString(temp.resolve("three"), "a b\nc d\n\n");
    Path none = Files.writeString(temp.resolve("none"), "");
    Path binary = Files.write(temp.resolve("binary"), new byte[] {'a', (byte) 0xff, '\n', 'b'});
    assertRefused(
        "--references: " + three + ": has 3 lines, expected 2 as " + two + " has",
        eval(two, List.of(three)));
    assertRefused(
        "--hypotheses: " + none + ": is empty, expected a text in a line",
        eval(none, List.of(none)));
    assertRefused(
        "--references: " + binary + ": is not UTF-8; convert the file", eval(two, List.of(binary)));
    Path missing = temp.resolve("missing");
    assertRefused(
        "--references: " + missing + ": no such file or folder", eval(two, List.of(missing)));
    assertRefused(
        "--references is missing, expected a file with a line for each of " + two,
        eval(two, List.of()));
    assertRefused(
        "--references is " + two + ", and there is no --hypotheses, expected a file of texts",
        Shell.jacquard("eval", "--references", two.toString()));
    assertRefused(
        "RUN is missing, expected the folder of a run, or --hypotheses and --references",
        Shell.jacquard("eval"));
    assertRefused(
        "--hypotheses is " + two + ", and RUN is here; leave one of them out",
        eval(two, List.of(two), "here"));
    assertRefused(
        "--seed is for gpt, gan and vae runs, and this is a comparison of texts",
        eval(two, List.of(two), "--seed", "1"));
    assertRefused(
        "--data is for runs, and this is a comparison of texts",
        eval(two, List.of(two), "--data", "x"));
    assertRefused(
        "Invalid value for option '--smoothing': expected one of [exp, floor, add-k, none], but was"
            + " 'half'; see jacquard eval --help",
        eval(two, List.of(two), "--smoothing", "half"));
  }

  private static void assertRefused(String expected, Result result) {
    assertEquals(2, result.exit(), result::toString);
    assertEquals(List.of("jacquard eval: " + expected), result.err());
    assertEquals(List.of(), result.out());
  }
}
