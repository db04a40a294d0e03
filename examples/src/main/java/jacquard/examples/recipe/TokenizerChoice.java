package jacquard.examples.recipe;

import jacquard.nn.io.FormatException;
import jacquard.nn.text.BpeTrainer;
import jacquard.nn.text.ByteTokenizer;
import jacquard.nn.text.CharTokenizer;
import jacquard.nn.text.SubwordTokenizer;
import jacquard.nn.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `--tokenizer` names.
///
///     TokenizerChoice = Characters | Bytes | Trained size | Given tokenizer
sealed interface TokenizerChoice {
  /// A token per character that occurs.
  record Characters() implements TokenizerChoice {}

  /// A token per byte of UTF-8.
  record Bytes() implements TokenizerChoice {}

  /// Byte-level BPE, learned from the text.
  ///
  /// @param size tokens, 256 bytes among them
  record Trained(int size) implements TokenizerChoice {}

  /// That of a file, or of a model that is trained further.
  record Given(Tokenizer tokenizer) implements TokenizerChoice {}

  /// @param text `char`, `byte`, `bpe:N`, or a file or folder that [SubwordTokenizer#read] reads
  /// @throws IllegalArgumentException if it is none of them
  /// @throws FormatException if the file can't be read
  static TokenizerChoice of(String text) throws FormatException {
    return switch (text) {
      case "char" -> new Characters();
      case "byte" -> new Bytes();
      default ->
          text.startsWith(BPE) ? new Trained(size(text.substring(BPE.length()))) : stored(text);
    };
  }

  /// What `text` named when a run began. A file isn't read again: the run's configuration holds the
  /// whole tokenizer.
  ///
  /// @param text null if `--from` had one
  static TokenizerChoice again(@Nullable String text, Continuation begun) throws FormatException {
    return text != null && (text.equals("char") || text.equals("byte") || text.startsWith(BPE))
        ? of(text)
        : new Given(
            begun
                .folder()
                .configured(begun.config(), c -> Tokenizer.fromJson(c.field("tokenizer"))));
  }

  String BPE = "bpe:";

  private static int size(String text) {
    try {
      int size = Integer.parseInt(text);
      if (size > 256) {
        return size;
      }
    } catch (NumberFormatException e) {
      // the same fault as a number that is too small
    }
    throw new IllegalArgumentException(
        "--tokenizer is bpe:" + text + ", expected a number of tokens above 256, the bytes");
  }

  private static Given stored(String text) throws FormatException {
    Path path = Path.of(text);
    if (!Files.exists(path)) {
      throw new IllegalArgumentException(
          "--tokenizer is "
              + text
              + ", expected char, byte, bpe:N, or a tokenizer.json or the folder of GPT-2's files");
    }
    return new Given(SubwordTokenizer.read(path));
  }

  /// The tokenizer for these texts.
  ///
  /// @param validation texts that it must express too, but doesn't learn from
  default Tokenizer make(List<String> train, List<String> validation) {
    return switch (this) {
      case Characters() -> {
        List<String> all = new ArrayList<>(train);
        all.addAll(validation);
        yield CharTokenizer.of(all);
      }
      case Bytes() -> new ByteTokenizer();
      case Trained(int size) -> BpeTrainer.of(size).train(train);
      case Given(Tokenizer tokenizer) -> tokenizer;
    };
  }

  /// What a token is called.
  default String unit() {
    return switch (this) {
      case Characters() -> "letter";
      case Bytes() -> "byte";
      case Trained _ -> "token";
      case Given(Tokenizer tokenizer) -> tokenizer instanceof CharTokenizer ? "letter" : "token";
    };
  }
}
