package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The third stage of a `tokenizer.json`: a word, cut from normalised text, to tokens.
sealed interface SubwordModel permits BpeModel, UnigramModel, WordPieceModel, WordModel {
  /// @throws TokenizerException if the vocabulary can't express the word
  Pieces pieces(String word);

  /// Every token with its id.
  Map<String, Integer> vocabulary();

  /// The token of an unknown word, null if there is none.
  @Nullable String unknown();

  /// @throws FormatException if `json` is no known model
  static SubwordModel read(Json json) throws FormatException {
    String type = Components.text(json, "type");
    return switch (type == null ? guessed(json) : type) {
      case "BPE" -> BpeModel.read(json);
      case "Unigram" -> UnigramModel.read(json);
      case "WordPiece" -> WordPieceModel.read(json);
      case "WordLevel" -> WordModel.read(json);
      default ->
          throw Components.unsupported(
              "model", String.valueOf(type), "BPE, Unigram, WordPiece or WordLevel");
    };
  }

  /// Old files don't name the model.
  private static String guessed(Json json) throws FormatException {
    return json.optional("merges") != null
        ? "BPE"
        : json.field("vocab") instanceof Json.Items
            ? "Unigram"
            : json.optional("continuing_subword_prefix") != null ? "WordPiece" : "WordLevel";
  }

  /// `{token: id}`.
  static Map<String, Integer> vocabulary(Json json) throws FormatException {
    Map<String, Integer> vocabulary = new HashMap<>();
    for (Map.Entry<String, Json> entry : json.fields().entrySet()) {
      int id = entry.getValue().asInt();
      if (id < 0) {
        throw new FormatException(
            "tokenizer: token '%s' has id %d, expected 0 or more".formatted(entry.getKey(), id));
      }
      vocabulary.put(entry.getKey(), id);
    }
    return vocabulary;
  }

  /// Ids of the tokens `<0x00>` to `<0xFF>`, null if one of them is missing.
  static int @Nullable [] byteTokens(Map<String, Integer> vocabulary) {
    int[] ids = new int[256];
    for (int b = 0; b < 256; b++) {
      Integer id = vocabulary.get("<0x%02X>".formatted(b));
      if (id == null) {
        return null;
      }
      ids[b] = id;
    }
    return ids;
  }
}
