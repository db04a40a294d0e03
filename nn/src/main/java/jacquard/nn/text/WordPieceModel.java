package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.Map;

/// The longest token that the word begins with, then the longest that goes on from there: BERT's.
///
/// @param prefix what tokens within a word begin with
/// @param mostCharacters longer words are unknown
/// @see <a href="https://arxiv.org/abs/1609.08144">Google's neural machine translation system</a>
record WordPieceModel(
    Map<String, Integer> vocabulary, String unknown, String prefix, int mostCharacters)
    implements SubwordModel {
  static WordPieceModel read(Json json) throws FormatException {
    String prefix = Components.text(json, "continuing_subword_prefix");
    Json most = json.optional("max_input_chars_per_word");
    return new WordPieceModel(
        SubwordModel.vocabulary(json.field("vocab")),
        json.field("unk_token").asText(),
        prefix == null ? "##" : prefix,
        most == null ? 100 : most.asInt());
  }

  @Override
  public Pieces pieces(String word) {
    if (word.codePointCount(0, word.length()) > mostCharacters) {
      return unknown(word);
    }
    Pieces.Builder pieces = new Pieces.Builder();
    for (int begin = 0; begin < word.length(); ) {
      int end = word.length();
      Integer id = null;
      while (end > begin) {
        String part = word.substring(begin, end);
        id = vocabulary.get(begin == 0 ? part : prefix + part);
        if (id != null) {
          break;
        }
        end = word.offsetByCodePoints(end, -1);
      }
      if (id == null) {
        return unknown(word);
      }
      pieces.add(id, begin, end);
      begin = end;
    }
    return pieces.build();
  }

  private Pieces unknown(String word) {
    Integer id = vocabulary.get(unknown);
    if (id == null) {
      throw new TokenizerException(
          "encode: unknown word '%s', and the vocabulary has no %s".formatted(word, unknown));
    }
    return new Pieces(new int[] {id}, new int[] {0}, new int[] {word.length()});
  }
}
