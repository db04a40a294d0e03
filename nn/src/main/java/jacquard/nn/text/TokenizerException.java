package jacquard.nn.text;

/// Text that a tokenizer can't encode, or ids that it doesn't have. The message is one line.
public final class TokenizerException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /// What a tokenizer can't do.
  ///
  /// @param message what is wrong, with the values, what was expected and what to do
  public TokenizerException(String message) {
    super(message);
  }
}
