package jacquard.tensor;

/// Shapes, axes or sizes don't fit an operation.
public final class ShapeException extends TensorException {
  /// An error with a message.
  ///
  /// @param message what is wrong, with the values, what was expected and what to do
  public ShapeException(String message) {
    super(message);
  }
}
