package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Tokenizer files: one `tokenizer.json`, or GPT-2's vocabulary and list of merges.
final class Gpt2Files {
  private static final String WHOLE = "tokenizer.json";
  private static final List<List<String>> PAIRS =
      List.of(List.of("encoder.json", "vocab.bpe"), List.of("vocab.json", "merges.txt"));

  private Gpt2Files() {}

  static boolean areIn(Path folder) {
    return Files.exists(folder.resolve(WHOLE))
        || PAIRS.stream()
            .anyMatch(pair -> pair.stream().allMatch(name -> Files.exists(folder.resolve(name))));
  }

  /// What a `tokenizer.json` would hold.
  static Json definition(Path path) throws FormatException {
    if (!Files.isDirectory(path)) {
      return Json.read(path);
    }
    if (Files.exists(path.resolve(WHOLE))) {
      return Json.read(path.resolve(WHOLE));
    }
    for (List<String> pair : PAIRS) {
      Path vocabulary = path.resolve(pair.getFirst());
      Path merges = path.resolve(pair.getLast());
      if (Files.exists(vocabulary) && Files.exists(merges)) {
        // GPT-2's own encoder reads <|endoftext|> in a text as text.
        return byteLevel(Json.read(vocabulary), merges(merges), Map.of());
      }
    }
    throw new FormatException(
        "tokenizer: "
            + path
            + ": holds no tokenizer.json, no encoder.json with vocab.bpe and no vocab.json with"
            + " merges.txt");
  }

  private static List<Json> merges(Path path) throws FormatException {
    List<Json> merges = new ArrayList<>();
    for (String line : TextFiles.read(path).getFirst().text().split("\n", -1)) {
      if (line.isEmpty() || (merges.isEmpty() && line.startsWith("#version"))) {
        continue;
      }
      if (line.endsWith("</w>")) {
        throw new FormatException(
            "tokenizer: %s: merge '%s' marks the ends of words, expected GPT-2's bytes; convert it to a tokenizer.json"
                .formatted(path, line));
      }
      merges.add(Json.of(line.strip()));
    }
    return merges;
  }

  /// A `tokenizer.json` of byte-level BPE as GPT-2 has it.
  ///
  /// @param merges pairs of tokens, `"a b"` or `["a", "b"]`
  /// @param special tokens that stand for themselves, with their ids
  static Json byteLevel(Json vocabulary, List<Json> merges, Map<String, Integer> special) {
    Json byteLevel =
        object(
            "type", Json.of("ByteLevel"),
            "add_prefix_space", Json.of(false),
            "trim_offsets", Json.of(true),
            "use_regex", Json.of(true));
    List<Json> added = new ArrayList<>();
    special.forEach((token, id) ->
        added.add(
            object(
                "id", Json.of(id),
                "content", Json.of(token),
                "single_word", Json.of(false),
                "lstrip", Json.of(false),
                "rstrip", Json.of(false),
                "normalized", Json.of(false),
                "special", Json.of(true))));
    return object(
        "version",
        Json.of("1.0"),
        "truncation",
        new Json.Null(),
        "padding",
        new Json.Null(),
        "added_tokens",
        Json.of(added),
        "normalizer",
        new Json.Null(),
        "pre_tokenizer",
        byteLevel,
        "post_processor",
        byteLevel,
        "decoder",
        byteLevel,
        "model",
        object(
            "type",
            Json.of("BPE"),
            "dropout",
            new Json.Null(),
            "unk_token",
            new Json.Null(),
            "continuing_subword_prefix",
            new Json.Null(),
            "end_of_word_suffix",
            new Json.Null(),
            "fuse_unk",
            Json.of(false),
            "byte_fallback",
            Json.of(false),
            "ignore_merges",
            Json.of(false),
            "vocab",
            vocabulary,
            "merges",
            Json.of(merges)));
  }

  private static Json object(Object... namesAndValues) {
    Map<String, Json> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.put((String) namesAndValues[i], (Json) namesAndValues[i + 1]);
    }
    return Json.of(fields);
  }
}
