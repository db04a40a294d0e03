package jacquard.tensor;

/// A state is read in a version that has been overwritten, or updated twice in one run.
public final class StateException extends TensorException {
  public StateException(String message) {
    super(message);
  }
}
