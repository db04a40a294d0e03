package jacquard.tensor;

/// A new value for a state, to be written by [Step#run].
///
/// @param state what is written
/// @param value its new value, of the same shape, dtype and device
public record Update(State state, Tensor value) {
  /// Checks that the value fits the state.
  ///
  /// @throws TensorException if shape, dtype or device differ
  public Update {
    if (!state.shape().equals(value.shape())) {
      throw new ShapeException(
          "update: state '"
              + state.name()
              + "' has shape "
              + state.shape()
              + ", new value "
              + value.shape());
    }
    if (state.dtype() != value.dtype()) {
      throw new DTypeException(
          "update: state '"
              + state.name()
              + "' is "
              + state.dtype()
              + ", new value "
              + value.dtype()
              + "; cast it");
    }
    if (!state.device().equals(value.device())) {
      throw new DeviceException(
          "update: state '"
              + state.name()
              + "' is on "
              + state.device()
              + ", new value on "
              + value.device());
    }
  }
}
