package jacquard.nn.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.SharedData;
import jacquard.nn.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Tokenizers against the encodings that the reference library and llama.cpp gave.
class ReferenceTokenizerTest {
  private static List<Json> lines(Path path) throws Exception {
    List<Json> lines = new ArrayList<>();
    for (String line : Files.readAllLines(path)) {
      lines.add(Json.parse(line, "line " + (lines.size() + 1)));
    }
    return lines;
  }

  private static int[] ints(Json json) throws Exception {
    int[] ints = new int[json.items().size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = json.items().get(i).asInt();
    }
    return ints;
  }

  private static List<Integer> list(Json json) throws Exception {
    return Arrays.stream(ints(json)).boxed().toList();
  }

  @Test
  void gpt2EncodesAndDecodesAsItsReference() throws Exception {
    SubwordTokenizer gpt2 = SubwordTokenizer.read(SharedData.path("gpt2-bpe"));
    assertEquals(50257, gpt2.vocabularySize());
    List<Json> cases = lines(SharedData.path("gpt2-bpe/reference-encodings.jsonl"));
    assertEquals(223, cases.size());
    for (Json each : cases) {
      String text = each.field("text").asText();
      int[] ids = ints(each.field("ids"));
      assertArrayEquals(ids, gpt2.encode(text), text);
      assertEquals(text, gpt2.decode(ids));
      assertEquals(text, String.join("", TextStreamTest.parts(gpt2.stream(), ids)));
    }
  }

  @Test
  void gpt2EncodesAsLlamaCpp() throws Exception {
    SubwordTokenizer gpt2 = SubwordTokenizer.read(SharedData.path("gpt2-bpe"));
    String[] texts =
        Files.readString(SharedData.path("gpt2-bpe/ggml-vocab-gpt-2.gguf.inp"))
            .split("\n__ggml_vocab_test__\n", -1);
    List<String> ids = Files.readAllLines(SharedData.path("gpt2-bpe/ggml-vocab-gpt-2.gguf.out"));
    assertEquals(46, ids.size());
    for (int i = 0; i < ids.size(); i++) {
      int[] expected =
          Arrays.stream(ids.get(i).split(" "))
              .filter(id -> !id.isEmpty())
              .mapToInt(Integer::parseInt)
              .toArray();
      assertArrayEquals(expected, gpt2.encode(texts[i]), texts[i]);
      assertEquals(texts[i], gpt2.decode(expected));
    }
  }

  @Test
  void tokenizerFilesEncodeAsTheirLibrary() throws Exception {
    Map<String, SubwordTokenizer> tokenizers = new HashMap<>();
    int refused = 0;
    List<Json> cases = lines(SharedData.path("hf-tokenizers/reference-encodings.jsonl"));
    assertEquals(72, cases.size());
    for (Json each : cases) {
      String name = each.field("tokenizer").asText();
      SubwordTokenizer tokenizer = tokenizers.get(name);
      if (tokenizer == null) {
        tokenizer = SubwordTokenizer.read(SharedData.path("hf-tokenizers/" + name));
        tokenizers.put(name, tokenizer);
      }
      String text = each.field("text").asText();
      boolean special = each.field("add_special_tokens").asBoolean();
      if (each.optional("error") != null) {
        SubwordTokenizer refusing = tokenizer;
        String message =
            assertThrows(TokenizerException.class, () -> refusing.encoding(text, special))
                .getMessage();
        assertTrue(message.endsWith(", and the vocabulary has no [UNK]"), message);
        refused++;
        continue;
      }
      Encoding encoding = tokenizer.encoding(text, special);
      String what = name + " " + text;
      List<String> tokens = new ArrayList<>();
      for (Json token : each.field("tokens").items()) {
        tokens.add(token.asText());
      }
      assertEquals(tokens, encoding.tokens(), what);
      assertEquals(list(each.field("ids")), encoding.ids(), what);
      assertEquals(list(each.field("type_ids")), encoding.typeIds(), what);
      assertEquals(list(each.field("attention_mask")), encoding.attention(), what);
      List<Json> offsets = each.field("offsets").items();
      for (int i = 0; i < offsets.size(); i++) {
        assertEquals(
            list(offsets.get(i)), List.of(encoding.begins().get(i), encoding.ends().get(i)), what);
      }
      int[] own = tokenizer.encode(text, special);
      assertEquals(
          encoding.ids().subList(0, own.length), Arrays.stream(own).boxed().toList(), what);
    }
    assertEquals(18, refused);
    for (SubwordTokenizer tokenizer : tokenizers.values()) {
      assertEquals(tokenizer, Tokenizer.fromJson(Json.parse(tokenizer.toJson() + "", "t")));
    }
  }
}
