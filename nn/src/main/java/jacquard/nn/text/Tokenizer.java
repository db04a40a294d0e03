package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;

/// Text to token ids and back. Immutable; all methods are safe on any thread.
public interface Tokenizer {
  /// Ids are 0 to this number minus one.
  ///
  /// @return number of tokens
  int vocabularySize();

  /// The tokens of a text.
  ///
  /// @param text the text
  /// @return the tokens
  /// @throws TokenizerException if the text holds what the vocabulary can't express
  int[] encode(String text);

  /// The tokens of a text, with those that mark its beginning and end or without.
  ///
  /// @param text the text
  /// @param addSpecialTokens with the tokens that a model expects around a text, `<s>` or `[CLS]`,
  ///   if this tokenizer has such
  /// @return the tokens
  /// @throws TokenizerException if the text holds what the vocabulary can't express
  default int[] encode(String text, boolean addSpecialTokens) {
    return encode(text);
  }

  /// Part of a text as tokens may be cut anywhere, so the result may hold U+FFFD at its ends.
  ///
  /// @param ids tokens
  /// @return the text
  /// @throws TokenizerException if an id is outside the vocabulary
  String decode(int[] ids);

  /// Decodes ids that come one by one.
  ///
  /// @return the stream, at its beginning
  TextStream stream();

  /// Everything that {@link #fromJson} needs to make an equal tokenizer: an object with a field
  /// `type`.
  ///
  /// @return the object
  Json toJson();

  /// The tokenizer that {@link #toJson} described.
  ///
  /// @param json what was written
  /// @return the tokenizer
  /// @throws FormatException if `json` is not such a description
  static Tokenizer fromJson(Json json) throws FormatException {
    String type = json.field("type").asText();
    return switch (type) {
      case CharTokenizer.TYPE -> CharTokenizer.read(json);
      case ByteTokenizer.TYPE -> new ByteTokenizer();
      case SubwordTokenizer.TYPE -> SubwordTokenizer.described(json);
      default ->
          throw new FormatException(
              "tokenizer: unknown type '%s', expected %s, %s or %s"
                  .formatted(type, CharTokenizer.TYPE, ByteTokenizer.TYPE, SubwordTokenizer.TYPE));
    };
  }

  /// `ids[at]`, checked.
  ///
  /// @param ids tokens
  /// @param at index of the token, for the error text
  /// @param vocabularySize one more than the largest token
  /// @return the token
  /// @throws TokenizerException if it is outside the vocabulary
  static int checked(int[] ids, int at, int vocabularySize) {
    return checked(ids[at], at, vocabularySize);
  }

  /// `id`, the one at index `at` of a text, checked.
  ///
  /// @param id the token
  /// @param at index of the token, for the error text
  /// @param vocabularySize one more than the largest token
  /// @return the token
  /// @throws TokenizerException if it is outside the vocabulary
  static int checked(int id, int at, int vocabularySize) {
    if (id < 0 || id >= vocabularySize) {
      throw new TokenizerException(
          "decode: id " + id + " at index " + at + ", expected 0 to " + (vocabularySize - 1));
    }
    return id;
  }
}
