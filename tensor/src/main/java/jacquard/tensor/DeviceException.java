package jacquard.tensor;

/// A device can't be found, opened or mixed with another.
public final class DeviceException extends TensorException {
  public DeviceException(String message) {
    super(message);
  }
}
