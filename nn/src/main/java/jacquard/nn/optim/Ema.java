package jacquard.nn.optim;

import jacquard.nn.Module;
import jacquard.nn.Parameter;
import jacquard.nn.Parts;
import jacquard.nn.Pass;
import jacquard.nn.Statistic;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Exponential moving averages of parameters: `average = decay * average + (1 - decay) * value`,
/// starting at the value. A module, so that they can be stored beside the model.
public final class Ema implements Module {
  private final List<Parameter> parameters;
  private final double decay;
  private final List<Statistic> averages = new ArrayList<>();

  /// Averages that start with the present values.
  ///
  /// @param parameters what is trained
  /// @param decay how much of the average stays in a step
  /// @throws IllegalArgumentException unless `0 <= decay < 1`
  public Ema(List<Parameter> parameters, double decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException(
          "ema: decay " + decay + ", expected 0 or more and below 1");
    }
    this.parameters = List.copyOf(parameters);
    this.decay = decay;
    for (Parameter p : parameters) {
      averages.add(new Statistic("ema." + p.name(), p.value()));
    }
  }

  /// The averages, named after the parameters (`ema.blocks.0.fc.weight`).
  @Override
  public Parts parts() {
    return Parts.of(averages);
  }

  /// Leaves new averages in `pass`; after the optimiser has left new parameters there.
  ///
  /// @param pass training or evaluation, its random key, and where updates are left
  public void update(Pass pass) {
    for (int i = 0; i < averages.size(); i++) {
      Tensor average = pass.value(averages.get(i));
      Tensor value = pass.value(parameters.get(i));
      pass.update(averages.get(i), average.mul(decay).add(value.mul(1 - decay)));
    }
  }

  /// Makes `pass` read the averages in place of the parameters.
  ///
  /// @param pass training or evaluation, its random key, and where updates are left
  /// @return `pass`
  public Pass assume(Pass pass) {
    for (int i = 0; i < averages.size(); i++) {
      pass.assume(parameters.get(i), averages.get(i).value());
    }
    return pass;
  }
}
