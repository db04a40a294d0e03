package jacquard.bench.rows;

import jacquard.autograd.Gradients;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A function of tensors that becomes two rows: `-fwd`, its value, and `-fwdbwd`, its value and the
/// gradients of all inputs for a given gradient of the value.
///
/// @param forwardFlops of the value
/// @param backwardFlops of all gradients
/// @param function of the inputs; called once for each row
/// @param result shape of the value
/// @param inputs shapes, in order
@SuppressWarnings("ArrayRecordComponent") // never compared
record Differentiable(
    String name,
    double forwardFlops,
    double backwardFlops,
    Function<List<Tensor>, Tensor> function,
    int[] result,
    int[]... inputs) {

  /// @param plain loops of the value, or null
  List<KernelRow> rows(@Nullable Supplier<Body> plain) {
    double read = Arrays.stream(inputs).mapToDouble(Data::size).sum();
    double written = Data.size(result);
    KernelRow forward =
        KernelRow.of(name + "-fwd", forwardFlops, 4 * (read + written), this::value);
    KernelRow both =
        KernelRow.of(
            name + "-fwdbwd",
            forwardFlops + backwardFlops,
            // the value's gradient is read as well, and each input's gradient written
            4 * (2 * read + 2 * written),
            this::valueAndGradients);
    return List.of(plain == null ? forward : forward.withPlain(plain), both);
  }

  private List<Tensor> operands() {
    List<Tensor> all = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      all.add(Data.of(i + 1, inputs[i]));
    }
    return all;
  }

  private Body value() {
    return GraphBody.of(List.of(function.apply(operands())));
  }

  private Body valueAndGradients() {
    List<Tensor> operands = operands();
    Tensor value = function.apply(operands);
    Tensor cotangent = Data.of(0, result);
    List<Tensor> results = new ArrayList<>(List.of(value));
    results.addAll(Gradients.vjp(List.of(value), List.of(cotangent), operands));
    return GraphBody.of(results);
  }
}
