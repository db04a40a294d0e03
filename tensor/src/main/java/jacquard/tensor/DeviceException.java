package jacquard.tensor;

/// A device can't be found, opened or mixed with another.
public final class DeviceException extends TensorException {
  /// An error with a message.
  ///
  /// @param message what is wrong, with the values, what was expected and what to do
  public DeviceException(String message) {
    super(message);
  }
}
