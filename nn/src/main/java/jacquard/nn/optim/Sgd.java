package jacquard.nn.optim;

import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// Stochastic gradient descent with momentum `u` and learning rate `a`:
///
/// ```
/// g = g + decay p
/// m = u m + g
/// p = p - a m                    Nesterov: p = p - a (g + u m)
/// ```
///
/// @see <a href="https://proceedings.mlr.press/v28/sutskever13.html">Sutskever et al.: On the
///   importance of initialization and momentum</a>
public final class Sgd implements Optimiser {
  private static final double TINY = 1e-30;

  private final List<Group> groups;
  private final double momentum;
  private final boolean nesterov;

  /// One for each parameter; empty without momentum.
  private final List<State> velocities = new ArrayList<>();

  private final Constants constants = new Constants();

  /// Momentum of zero for all parameters.
  ///
  /// @param groups parameters with their rates
  /// @param momentum 0 for none
  /// @param nesterov whether the gradient is taken a step ahead
  /// @throws IllegalArgumentException if momentum is outside `[0, 1)`, Nesterov's form lacks it, or
  ///   a parameter is in two groups
  public Sgd(List<Group> groups, double momentum, boolean nesterov) {
    if (!(momentum >= 0 && momentum < 1) || (nesterov && momentum == 0)) {
      throw new IllegalArgumentException(
          "sgd: momentum "
              + momentum
              + (nesterov ? " with Nesterov's form" : "")
              + ", expected 0 or more (above 0 for Nesterov's) and below 1");
    }
    Groups.requireDisjoint("sgd", groups);
    this.groups = List.copyOf(groups);
    this.momentum = momentum;
    this.nesterov = nesterov;
    if (momentum > 0) {
      for (Parameter p : parameters()) {
        velocities.add(Constants.zeros("sgd.m." + p.name(), p));
      }
    }
  }

  /// Without momentum and weight decay.
  ///
  /// @param parameters what is trained
  /// @param learningRate rate at every step
  /// @return the optimiser
  public static Sgd of(List<Parameter> parameters, double learningRate) {
    return new Sgd(List.of(Group.of(parameters, learningRate)), 0, false);
  }

  @Override
  public List<Parameter> parameters() {
    return Groups.parameters(groups);
  }

  @Override
  public List<State> states() {
    return List.copyOf(velocities);
  }

  @Override
  public double learningRate(long step) {
    return groups.isEmpty() ? 0 : groups.get(0).learningRate().at(step);
  }

  @Override
  public void update(LongSupplier step, List<Tensor> gradients, Pass pass) {
    Groups.requireCount("sgd", groups, gradients);
    int next = 0;
    for (Group group : groups) {
      Scalars scalars = new Scalars(() -> group.learningRate().at(step.getAsLong()));
      for (Parameter parameter : group.parameters()) {
        Tensor p = pass.value(parameter);
        Tensor g = gradients.get(next);
        if (group.weightDecay() != 0) {
          g = g.add(p.mul(constants.of(group.weightDecay(), p)));
        }
        Tensor direction = momentum == 0 ? g : direction(velocities.get(next), g, pass);
        pass.update(parameter, p.sub(direction.mul(scalars.of(0, p))));
        next++;
      }
    }
  }

  private Tensor direction(State velocity, Tensor g, Pass pass) {
    Tensor before = pass.value(velocity);
    Tensor u = constants.of(momentum, before);
    Tensor m = constants.flushed(before.mul(u).add(g), TINY);
    pass.update(velocity, m);
    return nesterov ? g.add(m.mul(u)) : m;
  }
}
