package jacquard.tensor;

/// Element types don't fit an operation.
public final class DTypeException extends TensorException {
  /// An error with a message.
  ///
  /// @param message what is wrong, with the values, what was expected and what to do
  public DTypeException(String message) {
    super(message);
  }
}
