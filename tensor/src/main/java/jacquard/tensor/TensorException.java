package jacquard.tensor;

/// An operation on tensors can't be done; the message says what, with the values, what was expected
/// and what to do.
public sealed class TensorException extends RuntimeException
    permits ShapeException, DTypeException, DeviceException, IndexException, StateException {
  /// An error with a message.
  ///
  /// @param message what is wrong, with the values, what was expected and what to do
  public TensorException(String message) {
    super(message);
  }
}
