package jacquard.tensor;

/// Shapes, axes or sizes don't fit an operation.
public final class ShapeException extends TensorException {
  public ShapeException(String message) {
    super(message);
  }
}
