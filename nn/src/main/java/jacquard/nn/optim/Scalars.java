package jacquard.nn.optim;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Scalar;
import jacquard.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/// The dynamic scalars of one update of one group, made once for each dtype and device, and asked
/// for their values when the plan runs.
final class Scalars {
  private record Form(int index, DType dtype, Device device) {}

  private final DoubleSupplier[] values;
  private final Map<Form, Tensor> made = new HashMap<>();

  Scalars(DoubleSupplier... values) {
    this.values = values;
  }

  Tensor of(int index, Tensor like) {
    return made.computeIfAbsent(
        new Form(index, like.dtype(), like.device()),
        form -> Scalar.of(form.dtype, values[form.index], form.device));
  }
}
