package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.SharedData;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.io.Safetensors;
import jacquard.nn.io.StoredTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Kinds of transformers, training further, LoRA, export: from the command line.
class GptKindsTest {
  @TempDir static Path temp;
  private static Path letters;
  private static Path plain;

  @BeforeAll
  static void train() throws IOException {
    letters = TinyData.text(temp.resolve("letters.txt"), 3000);
    plain = run("plain", TrainTest.TINY_GPT);
  }

  private static Path run(String name, List<String> command, String... more) {
    train(name, command, more);
    return temp.resolve(name);
  }

  private static Result train(String name, List<String> command, String... more) {
    Path run = temp.resolve(name);
    Result result =
        Shell.jacquard(
            Shell.join(
                command,
                Shell.join(
                    List.of(more),
                    "--data",
                    letters.toString(),
                    "--steps",
                    "2",
                    "--out",
                    run.toString())));
    assertEquals(0, result.exit(), result::toString);
    return result;
  }

  private static List<String> sample(Path run, String... options) {
    Result result = Shell.jacquard(Shell.join(List.of("sample", run.toString()), options));
    assertEquals(0, result.exit(), result::toString);
    return result.out();
  }

  private static Path export(Path run, String name, String... options) {
    Path out = temp.resolve(name);
    List<String> call = List.of("export", run.toString(), "--out", out.toString());
    Result result = Shell.jacquard(Shell.join(call, options));
    assertEquals(0, result.exit(), result::toString);
    assertEquals(List.of(out.toString()), result.out());
    return out;
  }

  private static Map<String, byte[]> tensors(Path folder) throws FormatException {
    Map<String, byte[]> tensors = new TreeMap<>();
    try (Safetensors file = Safetensors.open(folder.resolve("model.safetensors"))) {
      for (StoredTensor tensor : file.tensors().values()) {
        tensors.put(tensor.name(), tensor.toByteArray());
      }
    }
    return tensors;
  }

  @Test
  void aLlamaIsTrainedSampledAndExported() throws IOException {
    Path run =
        run(
            "llama",
            TrainTest.TINY_GPT,
            "--norm",
            "rms",
            "--mlp",
            "swiglu",
            "--positions",
            "rotary",
            "--kv-heads",
            "1",
            "--tie",
            "--dropout",
            "0.1");
    Path out = export(run, "llama-hf", "--shard-mb", "1");
    Json config = Json.read(out.resolve("config.json"));
    assertEquals("llama", config.field("model_type").asText());
    assertEquals(1, config.field("num_key_value_heads").asInt());
    assertEquals(
        sample(run, "--prompt", "abc", "--length", "60"),
        sample(out, "--prompt", "abc", "--length", "60"));
  }

  @Test
  void aGpt2IsExportedWithZeroBiasesAndWritesTheSame() throws IOException {
    Path out = export(plain, "gpt2-hf");
    assertTrue(tensors(out).containsKey("transformer.h.0.attn.c_attn.bias"));
    assertEquals(
        sample(plain, "--prompt", "abc", "--length", "60"),
        sample(out, "--prompt", "abc", "--length", "60"));
  }

  @Test
  void whatWasExportedIsMeasuredOnATextThatIsNamed() throws IOException {
    Path out = export(plain, "measured-hf");
    List<Json> both = new ArrayList<>();
    for (Path model : List.of(plain, out)) {
      Result result = Shell.jacquard("eval", model.toString(), "--data", letters.toString());
      assertEquals(0, result.exit(), result::toString);
      both.add(Json.read(model.resolve("eval.json")));
    }
    for (String name : List.of("loss", "bits_per_char", "distinct_1")) {
      double expected = both.get(0).field(name).asDouble();
      assertEquals(expected, both.get(1).field(name).asDouble(), 1e-5 * expected, name);
    }
    Result result = Shell.jacquard("eval", out.toString());
    assertEquals(2, result.exit());
    assertEquals(
        List.of(
            "jacquard eval: --data is missing, expected a text: "
                + out
                + " is a model without one"),
        result.err());
    Path few = Files.writeString(temp.resolve("few.txt"), "abcab");
    assertEquals(0, Shell.jacquard("eval", out.toString(), "--data", few.toString()).exit());
    assertEquals(4, Json.read(out.resolve("eval.json")).field("tokens").asInt());
  }

  @Test
  void aTokenizerOfPairsGoesAlongAsTheLibrarysOwn() throws IOException {
    Path run = run("pairs", TrainTest.TINY_GPT, "--tokenizer", "bpe:300");
    Path out = export(run, "pairs-hf");
    assertTrue(Files.exists(out.resolve("tokenizer.json")));
    assertFalse(Files.exists(out.resolve("jacquard_tokenizer.json")));
    assertEquals(
        sample(run, "--prompt", "abc", "--length", "40"),
        sample(out, "--prompt", "abc", "--length", "40"));
  }

  @Test
  void mixturesAreTrainedAndSampledButHaveNoLayout() {
    Path run = run("mixture", TrainTest.TINY_GPT, "--positions", "rotary", "--bias");
    assertFalse(sample(run).isEmpty());
    Result result =
        Shell.jacquard("export", run.toString(), "--out", temp.resolve("none").toString());
    assertEquals(2, result.exit());
    assertTrue(result.err().getFirst().contains("export: no layout fits this model"));
    assertFalse(Files.exists(temp.resolve("none")));
  }

  @Test
  void trainingGoesOnFromAModelAndFrozenParametersStay() throws IOException {
    Path run =
        run(
            "frozen",
            List.of("train", "gpt", "--from", plain.toString(), "--batch", "4"),
            "--freeze",
            "tokens.*",
            "--freeze",
            "blocks.{0,1}.mlp.*");
    Map<String, byte[]> before = tensors(plain);
    Map<String, byte[]> after = tensors(run);
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, bytes) ->
        assertEquals(
            name.startsWith("tokens.") || name.contains(".mlp."),
            java.util.Arrays.equals(bytes, after.get(name)),
            name));
  }

  @Test
  void loraTrainsAdditionsOnlyAndIsMergedForExport() throws IOException {
    Path run = temp.resolve("lora");
    Result trained =
        train(
            "lora",
            List.of("train", "gpt", "--from", plain.toString(), "--batch", "4"),
            "--lora",
            "2,4",
            "--lora-on",
            "*.attention.*",
            "--lr",
            "0.01");
    assertTrue(trained.out().getFirst().startsWith("gpt: 192 of "), trained::toString);
    Map<String, byte[]> after = tensors(run);
    for (Map.Entry<String, byte[]> entry : tensors(plain).entrySet()) {
      assertArrayEquals(entry.getValue(), after.remove(entry.getKey()), entry.getKey());
    }
    assertEquals(
        List.of(
            "blocks.0.attention.projection.weight.lora.a",
            "blocks.0.attention.projection.weight.lora.b",
            "blocks.0.attention.qkv.weight.lora.a",
            "blocks.0.attention.qkv.weight.lora.b"),
        List.copyOf(after.keySet()));
    assertFalse(sample(run, "--length", "30").isEmpty());
    Result refused =
        Shell.jacquard("export", run.toString(), "--out", temp.resolve("unmerged").toString());
    assertEquals(
        List.of(
            "jacquard export: "
                + run
                + ": was trained with --lora, which the layout has no place for; add --merge"),
        refused.err());
    Path merged = export(run, "merged", "--merge", "--dtype", "f16");
    assertFalse(tensors(merged).keySet().stream().anyMatch(name -> name.contains("lora")));
    assertFalse(sample(merged, "--length", "30").isEmpty());
    // and on from the additions, which are part of the weights then
    assertEquals(
        tensors(plain).keySet(),
        tensors(run("more", List.of("train", "gpt", "--from", run.toString()))).keySet());
  }

  @Test
  void aCheckpointOfOthersIsTrainedFurther() throws IOException {
    Path tiny = SharedData.path("gpt2-tiny");
    Path run =
        run(
            "tuned",
            List.of("train", "gpt", "--from", tiny.toString(), "--tokenizer", "byte"),
            "--batch",
            "2");
    assertEquals(
        512, Json.read(run.resolve("config.json")).field("model").field("vocabulary").asInt());
    assertEquals("abc", String.join("\n", sample(run, "--prompt", "abc")).substring(0, 3));
    Result result = Shell.jacquard("sample", tiny.toString());
    assertEquals(2, result.exit());
    assertEquals(
        List.of(
            "jacquard sample: "
                + tiny
                + ": holds no tokenizer, expected jacquard_tokenizer.json, tokenizer.json, or"
                + " vocab.json with merges.txt; copy there what lies beside the model where it"
                + " comes from"),
        result.err());
  }

  @Test
  void streamsAndSeveralPromptsAreTheSameText() {
    String[] options = {"--prompt", "abc", "--prompt", "f", "--count", "3", "--length", "50"};
    List<String> whole = sample(plain, options);
    assertEquals(whole, sample(plain, Shell.join(List.of(options), "--stream")));
    List<String> first = sample(plain, "--prompt", "abc", "--length", "50");
    assertEquals(first, whole.subList(0, first.size()));
  }

  @Test
  void streamedTextArrivesInPieces() {
    assertEquals(1, arrivals().size(), "whole");
    List<String> streamed = arrivals("--stream");
    assertTrue(streamed.size() >= 40, () -> "a piece for each of 40 characters: " + streamed);
    assertEquals(arrivals(), List.of(streamed.getLast()));
  }

  /// What has been written, each time that more of it is let through to the reader.
  private static List<String> arrivals(String... more) {
    List<String> seen = new ArrayList<>();
    ByteArrayOutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public void flush() {
            String text = toString(UTF_8);
            if (seen.isEmpty() || !seen.getLast().equals(text)) {
              seen.add(text);
            }
          }
        };
    List<String> call =
        List.of("sample", plain.toString(), "--prompt", "abc", "--length", "40", "--count", "1");
    Result result = Shell.jacquard(out, Shell.join(call, more));
    assertEquals(0, result.exit(), result::toString);
    return seen;
  }

  @Test
  void stopsEndSamples() {
    List<String> whole = sample(plain, "--prompt", "abc", "--length", "200");
    String text = String.join("\n", whole).substring(3);
    String stop = text.substring(40, 43);
    String cut =
        String.join("\n", sample(plain, "--prompt", "abc", "--length", "200", "--stop", stop));
    assertEquals("abc" + text.substring(0, text.indexOf(stop)), cut);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train gpt --from PLAIN --layers 2 | --layers is for new models, and --from names one that has it; leave it out",
        "train gpt --from PLAIN --tie | --tie is for new models, and --from names one that has it; leave it out",
        "train gpt --from PLAIN --tokenizer byte | --tokenizer is for new models, and --from names one that has its own; leave it out",
        "train gpt --from PLAIN --context 17 | --context is 17, expected at most the model's 16",
        "train gpt --from none | none: no such folder",
        "train gpt --from PLAIN --freeze x* | --freeze: no parameter fits x*, expected some of tokens.weight, ",
        "train gpt --from PLAIN --freeze * | --freeze: no parameter is left to train",
        "train gpt --from PLAIN --freeze [ | --freeze is [: ",
        "train gpt --lora x | --lora is x, expected a rank of 1 or more, such as 8 or 8,16",
        "train gpt --lora 0 | --lora is 0, expected a rank of 1 or more, such as 8 or 8,16",
        "train gpt --lora 1,2,3 | --lora is 1,2,3, expected one or two numbers, such as 8 or 8,16",
        "train gpt --from PLAIN --lora 4 --lora-on x | lora: no weight is chosen, expected some of blocks.0.",
        "train gpt --lora 4 | --lora is 4, which trains additions to a trained model: expected --from DIR beside it",
        "train gpt --lora-on x | --lora-on says where, expected --lora R beside it",
        "train gpt --kv-heads 3 | --heads is 4 and --kv-heads is 3, expected a divisor of it",
        "train gpt --dropout 1 | --dropout is 1.0, expected 0 or more and below 1",
        "train gpt --norm batch | Invalid value for option '--norm': expected one of [layer, rms], but was 'batch'",
        "train gpt --dim 12 --positions rotary | gpt: rotary positions with heads of 3 columns",
        "sample PLAIN --top-p 0 | --top-p is 0.0, expected above 0 and at most 1",
        "sample PLAIN --min-p 2 | --min-p is 2.0, expected 0 to 1",
        "sample PLAIN --repetition-penalty 0 | --repetition-penalty is 0.0, expected above 0 and finite",
        "export PLAIN | Missing required option: '--out=DIR'",
        "export PLAIN --out PLAIN | is not empty, expected a new folder",
        "export none --out x | none: no such folder",
      })
  void wrongCallsAreOneLine(String call, String expected) {
    List<String> words = new ArrayList<>();
    for (String word : call.split(" ")) {
      words.add(word.equals("PLAIN") ? plain.toString() : word);
    }
    if (call.startsWith("train")) {
      words.addAll(List.of("--data", letters.toString(), "--out", temp.resolve("bad").toString()));
    }
    Result result = Shell.jacquard(words.toArray(String[]::new));
    assertEquals(2, result.exit(), result::toString);
    assertEquals(1, result.err().size(), result::toString);
    assertTrue(result.err().getFirst().contains(expected), result::toString);
    assertFalse(Files.exists(temp.resolve("bad")));
  }
}
