package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.io.Json;
import jacquard.nn.metrics.Bleu;
import jacquard.nn.metrics.BleuTokens;
import jacquard.nn.metrics.DistinctN;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Measuring transformers that were trained for a moment on letters.
class EvalTextTest {
  @TempDir Path temp;

  /// Letters and spaces, so that there are words to count.
  private Path text() throws IOException {
    Path text = TinyData.text(temp.resolve("letters.txt"), 3000);
    return Files.writeString(text, Files.readString(text).replaceAll("[dg]", " "));
  }

  private Path gpt(String name, Path text, String... more) {
    Path run = temp.resolve(name);
    Shell.train(TrainTest.TINY + " --steps 4", text, run, more);
    return run;
  }

  @Test
  void aTransformersFiguresAreOneFigure() throws IOException {
    Path text = text();
    Path run = gpt("letters", text);
    EvalTest.eval(run);
    Json json = Json.read(run.resolve("eval.json"));
    double loss = json.field("loss").asDouble();
    assertEquals(Math.exp(loss), json.field("perplexity").asDouble(), 1e-9);
    assertEquals(
        loss / Math.log(2), json.field("bits_per_char").asDouble(), 1e-9, "a token is a letter");
    // 300 letters are held out; windows of 16 leave the last few unread.
    assertEquals(18 * 16, json.field("tokens").asInt());
    double watched = TrainTest.metrics(run).getLast().field("val_loss").asDouble();
    assertEquals(watched, loss, 0.1, "other windows of the same text");
    assertSamplesAreMeasured(run, text, json, new Bleu.Smoothing.Exponential());
    assertEquals("exp", json.field("smoothing").asText());
    EvalTest.eval(run, "--smoothing", "add-k");
    Json other = Json.read(run.resolve("eval.json"));
    assertEquals("add-k", other.field("smoothing").asText());
    assertNotEquals(json.field("sentence_bleu"), other.field("sentence_bleu"));
    assertSamplesAreMeasured(run, text, other, new Bleu.Smoothing.AddK(1));
    EvalTest.eval(run, "--data", text.toString());
    assertEquals(187 * 16, Json.read(run.resolve("eval.json")).field("tokens").asInt());
  }

  /// What is measured of samples is what the metrics make of what `sample` prints.
  private static void assertSamplesAreMeasured(
      Path run, Path text, Json json, Bleu.Smoothing smoothing) throws IOException {
    List<String> lines =
        Shell.jacquard("sample", run.toString(), "--count", "4").out().stream()
            .filter(line -> !line.isBlank())
            .toList();
    List<List<String>> words = lines.stream().map(BleuTokens.ZH::of).toList();
    assertEquals(DistinctN.of(words, 1), json.field("distinct_1").asDouble(), 1e-12);
    assertEquals(DistinctN.of(words, 2), json.field("distinct_2").asDouble(), 1e-12);
    assertTrue(json.field("distinct_1").asDouble() < 1, "it repeats itself");
    // What is predicted begins with the second of the 300 letters held out.
    List<String> heldOut =
        Files.readString(text)
            .substring(2701, 2701 + 18 * 16)
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    Bleu bleu = Bleu.STANDARD.withTokens(BleuTokens.ZH).withSmoothing(smoothing);
    assertEquals(
        bleu.corpus(lines, Collections.nCopies(lines.size(), heldOut)).score(),
        json.field("bleu").asDouble(),
        1e-12);
    assertEquals(
        lines.stream()
            .mapToDouble(line -> bleu.withEffectiveOrder(true).sentence(line, heldOut).score())
            .average()
            .orElseThrow(),
        json.field("sentence_bleu").asDouble(),
        1e-9);
    List<List<String>> others = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      List<String> rest = new ArrayList<>(lines);
      rest.remove(i);
      others.add(rest);
    }
    assertEquals(bleu.corpus(lines, others).score(), json.field("self_bleu").asDouble(), 1e-12);
  }

  /// A token of byte pairs is several letters: bits are spread over these.
  @Test
  void bitsAreOfACharacterAndNotOfAToken() throws IOException {
    Path text = text();
    Path run = gpt("pairs", text, "--tokenizer", "bpe:270");
    EvalTest.eval(run, "--data", text.toString());
    Json json = Json.read(run.resolve("eval.json"));
    double tokens = json.field("tokens").asInt();
    double characters = json.field("characters").asInt();
    // Windows leave some of the last tokens unread, and the first is not predicted.
    assertTrue(characters > 2700 && characters < 3000, json::pretty);
    assertTrue(tokens < 0.8 * characters, json::pretty);
    double bits = json.field("loss").asDouble() / Math.log(2) * tokens;
    assertEquals(bits / characters, json.field("bits_per_char").asDouble(), 1e-9);
    assertEquals(bits / characters, json.field("bits_per_byte").asDouble(), 1e-9, "all ASCII");
  }
}
