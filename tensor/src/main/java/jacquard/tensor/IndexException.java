package jacquard.tensor;

/// An index lies outside the axis it selects from.
public final class IndexException extends TensorException {
  public IndexException(String message) {
    super(message);
  }
}
