package jacquard.tensor;

/// A state is read in a version that has been overwritten, or updated twice in one run.
public final class StateException extends TensorException {
  /// An error with a message.
  ///
  /// @param message what is wrong, with the values, what was expected and what to do
  public StateException(String message) {
    super(message);
  }
}
