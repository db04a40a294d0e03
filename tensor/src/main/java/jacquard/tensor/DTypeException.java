package jacquard.tensor;

/// Element types don't fit an operation.
public final class DTypeException extends TensorException {
  public DTypeException(String message) {
    super(message);
  }
}
