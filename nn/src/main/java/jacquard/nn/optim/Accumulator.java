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

  public Accumulator(List<Parameter> parameters) {
    for (Parameter p : parameters) {
      sums.add(Constants.zeros("accumulated." + p.name(), p));
    }
  }

  public List<State> states() {
    return List.copyOf(sums);
  }

  /// Leaves sums in `pass` that take in `scale * gradients`.
  ///
  /// @param scale such as 1 / the number of small batches, for a loss that is a mean
  public void add(List<Tensor> gradients, double scale, Pass pass) {
    List<Tensor> totals = totals(gradients, scale, pass);
    for (int i = 0; i < totals.size(); i++) {
      pass.update(sums.get(i), totals.get(i));
    }
  }

  /// The sums with `scale * gradients`; leaves zeros in `pass` to start again from.
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
