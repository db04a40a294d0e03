package jacquard.tensor;

/// An index lies outside the axis it selects from.
public final class IndexException extends TensorException {
  /// An error with a message.
  ///
  /// @param message what is wrong, with the values, what was expected and what to do
  public IndexException(String message) {
    super(message);
  }
}
