package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A token per word.
record WordModel(Map<String, Integer> vocabulary, @Nullable String unknown)
    implements SubwordModel {
  static WordModel read(Json json) throws FormatException {
    return new WordModel(
        SubwordModel.vocabulary(json.field("vocab")), Components.text(json, "unk_token"));
  }

  @Override
  public Pieces pieces(String word) {
    Integer id = vocabulary.get(word);
    if (id == null && unknown != null) {
      id = vocabulary.get(unknown);
    }
    if (id == null) {
      throw new TokenizerException(
          "encode: unknown word '%s', and the vocabulary has no %s".formatted(word, unknown));
    }
    return new Pieces(new int[] {id}, new int[] {0}, new int[] {word.length()});
  }
}
