package jacquard.nn.metrics;

/// How likely a model found a text. Perplexity compares models of the same tokenizer; bits per
/// character and per byte compare any.
///
/// @param nats negative log likelihood of all tokens together
/// @param tokens how many the model predicted
/// @param characters code points of their text
/// @param bytes of their text in UTF-8
public record TextLikelihood(double nats, long tokens, long characters, long bytes) {
  private static final double LN_2 = 0.6931471805599453;

  /// Refuses counts that are negative.
  ///
  /// @throws IllegalArgumentException if nothing was predicted
  public TextLikelihood {
    if (tokens < 1 || characters < 1 || bytes < characters) {
      throw new IllegalArgumentException(
          "likelihood: %d tokens, %d characters, %d bytes, expected 1 or more, and bytes for each character"
              .formatted(tokens, characters, bytes));
    }
  }

  /// Of tokens whose mean loss is known.
  ///
  /// @param meanLoss nats per token
  /// @param tokens number of tokens
  /// @param text what the tokens say
  /// @return the sums
  public static TextLikelihood of(double meanLoss, long tokens, String text) {
    long bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    return new TextLikelihood(
        meanLoss * tokens, tokens, text.codePointCount(0, text.length()), bytes);
  }

  /// {@return both texts together}
  ///
  /// @param other of a text that continues this one or not
  public TextLikelihood plus(TextLikelihood other) {
    return new TextLikelihood(
        nats + other.nats,
        tokens + other.tokens,
        characters + other.characters,
        bytes + other.bytes);
  }

  /// {@return nats per token}
  public double loss() {
    return nats / tokens;
  }

  /// {@return among how many equally likely tokens the model wavered}
  public double perplexity() {
    return StrictMath.exp(loss());
  }

  /// {@return bits for a character (code point)}
  public double bitsPerCharacter() {
    return nats / LN_2 / characters;
  }

  /// {@return bits for a byte of UTF-8}
  public double bitsPerByte() {
    return nats / LN_2 / bytes;
  }
}
