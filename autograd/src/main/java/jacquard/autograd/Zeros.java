package jacquard.autograd;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/// Zeros of each shape, made once in a sweep: most of them are the untaken side of a `where`.
final class Zeros {
  private record Form(DType dtype, Shape shape, Device device) {}

  private final Map<Form, Tensor> made = new HashMap<>();

  Tensor like(Tensor x) {
    return made.computeIfAbsent(
        new Form(x.dtype(), x.shape(), x.device()),
        f -> Tensor.constant(f.dtype, 0.0, f.device).expand(f.shape));
  }
}
