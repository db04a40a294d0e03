package jacquard.nn.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.SharedData;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubwordTokenizerTest {
  private static final String SMALL =
      """
      {"added_tokens": [{"id": 4, "content": "<e>", "special": true, "normalized": false}],
       "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": {"type": "Fuse"},
       "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "abb": 3}, "merges": ["a b", "ab b"]}}
      """;

  @TempDir Path folder;

  private static int[] ints(Json json) throws Exception {
    int[] ints = new int[json.items().size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = json.items().get(i).asInt();
    }
    return ints;
  }

  private static SubwordTokenizer small(String part, String other) throws Exception {
    assertTrue(SMALL.contains(part), part);
    return SubwordTokenizer.of(Json.parse(SMALL.replace(part, other), "t"));
  }

  /// Small vocabularies with the stages of Llama 2 and 3, Qwen, DeepSeek, RoBERTa, CLIP and others,
  /// and what the library made of awkward texts.
  @Test
  void everyKindOfFileEncodesAndDecodesAsItsLibrary() throws Exception {
    Json all;
    try (InputStream in = getClass().getResourceAsStream("tokenizers.json")) {
      all = Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), "tokenizers.json");
    }
    assertEquals(15, all.field("tokenizers").items().size());
    for (Json each : all.field("tokenizers").items()) {
      String name = each.field("name").asText();
      SubwordTokenizer tokenizer = SubwordTokenizer.of(each.field("definition"));
      for (Json one : each.field("cases").items()) {
        String text = one.field("text").asText();
        String what = name + ": " + text;
        int[] ids = ints(one.field("ids"));
        assertArrayEquals(ids, tokenizer.encode(text, true), what);
        assertArrayEquals(ints(one.field("own")), tokenizer.encode(text), what);
        assertEquals(one.field("decoded").asText(), tokenizer.decode(ids), what);
        assertEquals(one.field("skipped").asText(), tokenizer.decode(ids, true), what);
        assertEquals(
            one.field("decoded").asText(),
            String.join("", TextStreamTest.parts(tokenizer.stream(), ids)),
            what);
      }
    }
  }

  @Test
  void pairsMergeByRankAndFromTheLeft() throws Exception {
    SubwordTokenizer tokenizer = small("null", "null");
    assertArrayEquals(new int[] {3, 2, 1 - 1}, tokenizer.encode("abbaba"));
    assertArrayEquals(new int[] {2, 4, 1}, tokenizer.encode("ab<e>b"));
    assertEquals("ab<e>b", tokenizer.decode(new int[] {2, 4, 1}));
    assertEquals("abb", tokenizer.decode(new int[] {2, 4, 1}, true));
    assertEquals(5, tokenizer.vocabularySize());
    assertEquals(4, tokenizer.id("<e>").getAsInt());
    assertTrue(tokenizer.id("c").isEmpty());
    assertArrayEquals(new int[] {2}, tokenizer.encode("acb"), "unknown characters are left out");
  }

  @Test
  void longWordsCostLittle() throws Exception {
    SubwordTokenizer tokenizer = small("null", "null");
    String text = "ab".repeat(200_000);
    // A merge that looked at all symbols each time would not end before the build is given up.
    assertEquals(200_000, tokenizer.encode(text).length);
  }

  @Test
  void whatIsNotSupportedIsNamed() {
    for (String[] wrong :
        new String[][] {
          {
            "\"pre_tokenizer\": null",
            "\"pre_tokenizer\": {\"type\": \"UnicodeScripts\"}",
            "tokenizer: pre_tokenizer 'UnicodeScripts' is not supported, expected Split, ByteLevel,"
          },
          {
            "\"normalizer\": null",
            "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Nmt\"}]}",
            "tokenizer: normalizer 'Nmt' is not supported, expected NFC, NFD,"
          },
          {"\"Fuse\"", "\"CTC\"", "tokenizer: decoder 'CTC' is not supported, expected ByteLevel,"},
          {
            "\"post_processor\": null",
            "\"post_processor\": {\"type\": \"X\"}",
            "tokenizer: post_processor 'X' is not supported, expected TemplateProcessing,"
          },
          {"\"BPE\"", "\"Chars\"", "tokenizer: model 'Chars' is not supported, expected BPE,"},
          {
            "\"merges\"",
            "\"dropout\": 0.1, \"merges\"",
            "tokenizer: dropout '0.1' is not supported, expected null"
          },
          {
            "\"ab b\"",
            "\"ab a\"",
            "tokenizer: merge 1 needs the token 'aba', which is not among the 4 of the vocabulary"
          },
          {"\"ab b\"", "\"abb\"", "tokenizer: merge 1 is \"abb\", expected two tokens"},
          {"\"a\": 0", "\"a\": -1", "tokenizer: token 'a' has id -1, expected 0 or more"},
          {
            "\"pre_tokenizer\": null",
            "\"pre_tokenizer\": {\"type\": \"Split\", \"behavior\": \"Isolated\", \"pattern\": {\"Regex\": \"(a\"}}",
            "tokenizer: expression (a: Unclosed group"
          },
          {"\"model\"", "\"modell\"", "json: has no field 'model'"},
        }) {
      String message =
          assertThrows(FormatException.class, () -> small(wrong[0], wrong[1])).getMessage();
      assertTrue(message.startsWith(wrong[2]), message);
    }
  }

  @Test
  void foldersWithoutTokenizersAreRefused() throws Exception {
    assertEquals(
        "tokenizer: "
            + folder
            + ": holds no tokenizer.json, no encoder.json with vocab.bpe and no vocab.json with merges.txt",
        assertThrows(FormatException.class, () -> SubwordTokenizer.read(folder)).getMessage());
    Files.copy(SharedData.path("hf-tokenizers/clip-mini-vocab.json"), folder.resolve("vocab.json"));
    Files.copy(SharedData.path("hf-tokenizers/clip-mini-merges.txt"), folder.resolve("merges.txt"));
    assertEquals(
        "tokenizer: "
            + folder.resolve("merges.txt")
            + ": merge 'a t</w>' marks the ends of words, expected GPT-2's bytes; convert it to a"
            + " tokenizer.json",
        assertThrows(FormatException.class, () -> SubwordTokenizer.read(folder)).getMessage());
  }

  @Test
  void definitionsMakeEqualTokenizers() throws Exception {
    SubwordTokenizer tokenizer = small("null", "null");
    Json json = Json.parse(tokenizer.toJson().pretty(), "t");
    assertEquals(tokenizer, Tokenizer.fromJson(json));
    Map<String, Json> changed = new LinkedHashMap<>(json.fields());
    changed.put("definition", Json.of(Map.of()));
    assertThrows(FormatException.class, () -> Tokenizer.fromJson(Json.of(changed)));
    Path file = Files.writeString(folder.resolve("tokenizer.json"), SMALL);
    assertEquals(tokenizer, SubwordTokenizer.read(file));
    assertEquals(tokenizer, SubwordTokenizer.read(folder));
    assertTrue(SubwordTokenizer.isIn(folder));
  }
}
