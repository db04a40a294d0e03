package jacquard.nn.optim;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.HostBuffer;
import java.util.HashMap;
import java.util.Map;

/// Constants in the shapes of parameters, made once instead of at every step.
final class Constants {
  private record Form(double value, DType dtype, Shape shape, Device device) {}

  private final Map<Form, Tensor> made = new HashMap<>();

  Tensor of(double value, Tensor like) {
    return made.computeIfAbsent(
        new Form(value, like.dtype(), like.shape(), like.device()),
        form -> Tensor.constant(form.dtype, form.value, form.device).expand(form.shape));
  }

  /// `x` with magnitudes below `tiny` set to 0: denormal numbers make arithmetic many times slower,
  /// and moments of units that get no gradient any more decay into them.
  Tensor flushed(Tensor x, double tiny) {
    return x.abs().lt(of(tiny, x)).where(of(0, x), x);
  }

  /// A state of zeros shaped like `parameter`.
  static State zeros(String name, State parameter) {
    Object array = HostBuffer.newArray(parameter.dtype(), parameter.shape().arraySize());
    return new State(
        name, Tensor.stored(parameter.dtype(), array, parameter.shape(), parameter.device()));
  }
}
