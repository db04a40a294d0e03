package jacquard.nn.text;

/// Text that a tokenizer can't encode, or ids that it doesn't have. The message is one line.
public final class TokenizerException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  public TokenizerException(String message) {
    super(message);
  }
}
