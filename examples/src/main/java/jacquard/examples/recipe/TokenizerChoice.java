package jacquard.examples.recipe;

import jacquard.nn.text.ByteTokenizer;
import jacquard.nn.text.CharTokenizer;
import jacquard.nn.text.Tokenizer;
import java.util.List;

/// What `--tokenizer` names.
///
///     TokenizerChoice = Characters | Bytes | Given
sealed interface TokenizerChoice {
  /// A token per character that occurs.
  record Characters() implements TokenizerChoice {}

  /// A token per byte of UTF-8.
  record Bytes() implements TokenizerChoice {}

  /// That of a model that is trained further.
  record Given(Tokenizer tokenizer) implements TokenizerChoice {}

  /// @throws IllegalArgumentException if `text` is none
  static TokenizerChoice of(String text) {
    return switch (text) {
      case "char" -> new Characters();
      case "byte" -> new Bytes();
      default ->
          throw new IllegalArgumentException("--tokenizer is " + text + ", expected char or byte");
    };
  }

  /// The tokenizer for these texts.
  ///
  /// @param validation texts that it must express too, but doesn't learn from
  default Tokenizer make(List<String> train, List<String> validation) {
    return switch (this) {
      case Characters() -> {
        List<String> all = new java.util.ArrayList<>(train);
        all.addAll(validation);
        yield CharTokenizer.of(all);
      }
      case Bytes() -> new ByteTokenizer();
      case Given(Tokenizer tokenizer) -> tokenizer;
    };
  }

  /// What a token is called.
  default String unit() {
    return switch (this) {
      case Characters() -> "letter";
      case Bytes() -> "byte";
      case Given(Tokenizer tokenizer) -> tokenizer instanceof CharTokenizer ? "letter" : "token";
    };
  }
}
