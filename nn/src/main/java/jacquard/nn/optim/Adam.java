package jacquard.nn.optim;

import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// Adam, with weight decay added to the gradient (L2) or, as AdamW, taken from the parameter.
///
/// With `t = step + 1`, gradient `g` and learning rate `a`:
///
/// ```
/// L2      g = g + decay p                  AdamW   p = p (1 - a decay)
/// m = beta1 m + (1 - beta1) g
/// v = beta2 v + (1 - beta2) g^2
/// p = p - a / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
/// ```
///
/// which is PyTorch's arithmetic, eps after the correction included. Moments below 1e-30 (`m`) and
/// 1e-36 (`v`) in magnitude become 0, so that they never turn denormal; with `eps` 1e-8 they move a
/// parameter by less than `1e-22 a`.
///
/// @see <a href="https://arxiv.org/abs/1412.6980">Kingma, Ba: Adam</a>
/// @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov, Hutter: Decoupled weight decay
///   regularization</a>
public final class Adam implements Optimiser {
  private static final double TINY_MEAN = 1e-30;
  private static final double TINY_SQUARE = 1e-36;

  /// What the rule needs beside the rates.
  ///
  /// @param beta1 memory of the gradient's mean
  /// @param beta2 memory of its square
  /// @param eps added to the root of the corrected square
  /// @param decoupled whether weight decay is AdamW's
  public record Settings(double beta1, double beta2, double eps, boolean decoupled) {
    /// The usual ones, with L2 decay.
    public static final Settings ADAM = new Settings(0.9, 0.999, 1e-8, false);

    /// The usual ones, with decoupled decay.
    public static final Settings ADAM_W = new Settings(0.9, 0.999, 1e-8, true);

    /// Refuses settings outside their ranges.
    ///
    /// @throws IllegalArgumentException unless both betas are in `[0, 1)` and eps is at least 0
    public Settings {
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps >= 0)) {
        throw new IllegalArgumentException(
            "adam: betas "
                + beta1
                + " and "
                + beta2
                + ", eps "
                + eps
                + ", expected betas of 0 or more and below 1, eps of 0 or more");
      }
    }

    /// {@return these with other rates of the two means}
    ///
    /// @param first of the gradients
    /// @param second of their squares
    public Settings withBetas(double first, double second) {
      return new Settings(first, second, eps, decoupled);
    }

    /// {@return these with another epsilon}
    ///
    /// @param value the new setting
    public Settings withEps(double value) {
      return new Settings(beta1, beta2, value, decoupled);
    }
  }

  private record Slot(Parameter parameter, State mean, State square) {}

  private final List<Group> groups;
  private final Settings settings;
  private final List<List<Slot>> slots = new ArrayList<>();
  private final Constants constants = new Constants();

  /// Moments of zero for all parameters.
  ///
  /// @param groups parameters with their rates
  /// @param settings rates of the means, epsilon, and how weights decay
  /// @throws IllegalArgumentException if a parameter is in two groups
  public Adam(List<Group> groups, Settings settings) {
    this.groups = List.copyOf(groups);
    this.settings = settings;
    Groups.requireDisjoint("adam", groups);
    for (Group group : groups) {
      List<Slot> made = new ArrayList<>();
      for (Parameter p : group.parameters()) {
        made.add(
            new Slot(
                p,
                Constants.zeros("adam.m." + p.name(), p),
                Constants.zeros("adam.v." + p.name(), p)));
      }
      slots.add(made);
    }
  }

  /// Adam with its usual settings and no weight decay.
  ///
  /// @param parameters what is trained
  /// @param learningRate rate at every step
  /// @return the optimiser
  public static Adam of(List<Parameter> parameters, double learningRate) {
    return new Adam(List.of(Group.of(parameters, learningRate)), Settings.ADAM);
  }

  /// AdamW with its usual settings.
  ///
  /// @param groups parameters with their rates
  /// @return the optimiser
  public static Adam decoupled(List<Group> groups) {
    return new Adam(groups, Settings.ADAM_W);
  }

  @Override
  public List<Parameter> parameters() {
    return Groups.parameters(groups);
  }

  @Override
  public List<State> states() {
    List<State> all = new ArrayList<>();
    slots.forEach(group -> group.forEach(slot -> all.addAll(List.of(slot.mean, slot.square))));
    return all;
  }

  @Override
  public double learningRate(long step) {
    return groups.isEmpty() ? 0 : groups.get(0).learningRate().at(step);
  }

  @Override
  public void update(LongSupplier step, List<Tensor> gradients, Pass pass) {
    Groups.requireCount("adam", groups, gradients);
    int next = 0;
    for (int i = 0; i < groups.size(); i++) {
      Group group = groups.get(i);
      Scalars scalars = scalars(step, group);
      for (Slot slot : slots.get(i)) {
        update(slot, group.weightDecay(), gradients.get(next++), scalars, pass);
      }
    }
  }

  /// Learning rate over the mean's correction, one over the root of the square's, and what
  /// decoupled decay leaves of a parameter.
  private Scalars scalars(LongSupplier step, Group group) {
    return new Scalars(
        () -> rate(step, group) / (1 - Math.pow(settings.beta1, step.getAsLong() + 1.0)),
        () -> 1 / Math.sqrt(1 - Math.pow(settings.beta2, step.getAsLong() + 1.0)),
        () -> 1 - rate(step, group) * group.weightDecay());
  }

  private static double rate(LongSupplier step, Group group) {
    return group.learningRate().at(step.getAsLong());
  }

  private void update(Slot slot, double decay, Tensor gradient, Scalars scalars, Pass pass) {
    Tensor p = pass.value(slot.parameter);
    Tensor g = gradient;
    if (decay != 0) {
      if (settings.decoupled) {
        p = p.mul(scalars.of(2, p));
      } else {
        g = g.add(p.mul(constants.of(decay, p)));
      }
    }
    Tensor m = moved(pass.value(slot.mean), g, settings.beta1, TINY_MEAN);
    Tensor v = moved(pass.value(slot.square), g.mul(g), settings.beta2, TINY_SQUARE);
    Tensor root = v.sqrt().mul(scalars.of(1, p)).add(constants.of(settings.eps, p));
    pass.update(slot.mean, m);
    pass.update(slot.square, v);
    pass.update(slot.parameter, p.sub(m.mul(scalars.of(0, p)).div(root)));
  }

  private Tensor moved(Tensor moment, Tensor towards, double beta, double tiny) {
    Tensor sum =
        moment.mul(constants.of(beta, moment)).add(towards.mul(constants.of(1 - beta, moment)));
    return constants.flushed(sum, tiny);
  }
}
