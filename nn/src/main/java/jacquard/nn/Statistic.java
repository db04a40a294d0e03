package jacquard.nn;

import jacquard.tensor.State;
import jacquard.tensor.Tensor;

/// A state that belongs to the model but is not trained by gradient, such as a running mean.
public final class Statistic extends State implements Part {
  /// A statistic that starts with the value of `initial`; most are made by [Init#statistic].
  ///
  /// @param name path within the model, such as `norm.running_mean`
  /// @param initial first value, which is evaluated now
  public Statistic(String name, Tensor initial) {
    super(name, initial);
  }
}
