package jacquard.nn.optim;

import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Sums of gradients over small batches that together make one large one: [#add] for all but the
/// last, [#take] for the last.
public final class Accumulator {
  private final List<State> sums = new ArrayList<>();

  /// Sums of zero for these parameters.
  ///
  /// @param parameters whose gradients are summed
  public Accumulator(List<Parameter> parameters) {
    for (Parameter p : parameters) {
      sums.add(Constants.zeros("accumulated." + p.name(), p));
    }
  }

  /// {@return the sums, for checkpoints}
  public List<State> states() {
    return List.copyOf(sums);
  }

  /// Leaves sums in `pass` that take in `scale * gradients`.
  ///
  /// @param gradients one for each parameter, in their order
  /// @param scale such as 1 / the number of small batches, for a loss that is a mean
  /// @param pass training or evaluation, its random key, and where updates are left
  public void add(List<Tensor> gradients, double scale, Pass pass) {
    List<Tensor> totals = totals(gradients, scale, pass);
    for (int i = 0; i < totals.size(); i++) {
      pass.update(sums.get(i), totals.get(i));
    }
  }

  /// {@return the sums with `scale * gradients`; leaves zeros in `pass` to start again from}
  ///
  /// @param gradients one for each parameter, in their order
  /// @param scale what the gradients are multiplied by
  /// @param pass training or evaluation, its random key, and where updates are left
  public List<Tensor> take(List<Tensor> gradients, double scale, Pass pass) {
    List<Tensor> totals = totals(gradients, scale, pass);
    for (State sum : sums) {
      pass.update(sum, Tensor.constant(sum.dtype(), 0.0, sum.device()).expand(sum.shape()));
    }
    return totals;
  }

  private List<Tensor> totals(List<Tensor> gradients, double scale, Pass pass) {
    if (gradients.size() != sums.size()) {
      throw new IllegalArgumentException(
          "accumulator: " + gradients.size() + " gradients, expected " + sums.size());
    }
    List<Tensor> totals = new ArrayList<>();
    for (int i = 0; i < sums.size(); i++) {
      totals.add(pass.value(sums.get(i)).add(gradients.get(i).mul(scale)));
    }
    return totals;
  }
}
