package jacquard.nn.train;

import jacquard.nn.Pass;
import jacquard.nn.optim.Clip;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.util.List;

/// What the loss is multiplied by before it is differentiated, so that small gradients are not lost
/// in f16; gradients are divided by it again before anything reads them.
///
/// When one of them is no finite number, the step changes nothing but the scale, which is halved;
/// after `patience` steps without that it is doubled. Scales are powers of two, so that they cost
/// no accuracy.
///
/// @param scale f32, the present one
/// @param good i32, steps since it was changed
/// @param skipped i32, steps that changed nothing else
/// @param patience good steps after which the scale is doubled
/// @see <a href="https://arxiv.org/abs/1710.03740">Micikevicius et al.: Mixed precision
///   training</a>
public record LossScale(State scale, State good, State skipped, int patience) {
  private static final double FIRST = 0x1p16;
  private static final double LEAST = 1;
  private static final double MOST = 0x1p24;
  private static final int PATIENCE = 1000;

  /// Refuses a patience below 1.
  public LossScale {
    if (patience < 1) {
      throw new IllegalArgumentException(
          "loss scale: patience " + patience + ", expected 1 step or more");
    }
  }

  /// One that begins at 65536 and is doubled after 1000 good steps.
  ///
  /// @param device where it lives
  /// @return the scale
  public static LossScale standard(Device device) {
    return of(FIRST, PATIENCE, device);
  }

  /// What [#standard(Device)] is, for one loss of several.
  ///
  /// @param device where it lives
  /// @param name what its states' names begin with; two scales have two names
  /// @return the scale
  public static LossScale standard(Device device, String name) {
    return of(FIRST, PATIENCE, device, name);
  }

  /// One that begins at `first`.
  ///
  /// @param first a power of two from 1 to 2^24
  /// @param patience steps without one after which it doubles
  /// @param device where it lives
  /// @return the scale
  public static LossScale of(double first, int patience, Device device) {
    return of(first, patience, device, "loss_scale");
  }

  private static LossScale of(double first, int patience, Device device, String name) {
    if (!(first >= LEAST && first <= MOST) || first != Math.scalb(1.0, Math.getExponent(first))) {
      throw new IllegalArgumentException(
          "loss scale: " + first + ", expected a power of two from 1 to 2^24");
    }
    return new LossScale(
        new State(name + ".scale", Tensor.constant(DType.F32, first, device)),
        new State(name + ".good", Tensor.constant(DType.I32, 0L, device)),
        new State(name + ".skipped", Tensor.constant(DType.I32, 0L, device)),
        patience);
  }

  /// {@return the loss to differentiate}
  ///
  /// @param loss a scalar
  /// @param pass that reads the scale
  public Tensor scaled(Tensor loss, Pass pass) {
    return loss.mul(pass.value(scale));
  }

  /// {@return gradients of a [#scaled] loss as those of the loss}
  ///
  /// @param gradients of the scaled loss
  /// @param pass that read the scale
  public List<Tensor> unscaled(List<Tensor> gradients, Pass pass) {
    Tensor factor = pass.value(scale).recip();
    return gradients.stream().map(g -> g.mul(factor)).toList();
  }

  /// Leaves `states` in `pass` as they were, unless all gradients are finite, and the next scale.
  ///
  /// @param gradients before clipping
  /// @param states that were given new values
  /// @param pass that gave them
  public void guard(List<Tensor> gradients, List<? extends State> states, Pass pass) {
    Tensor finite = Clip.globalNorm(gradients).isFinite();
    for (State state : states) {
      pass.update(state, finite.where(pass.value(state), state.value()));
    }
    Tensor now = pass.value(scale);
    Tensor count = pass.value(good).add(1);
    Tensor patient = count.lt(patience);
    Tensor raised = patient.where(now, now.mul(2).minimum(MOST));
    pass.update(scale, finite.where(raised, now.mul(0.5).maximum(LEAST)));
    Tensor none = Tensor.zerosLike(count);
    pass.update(good, finite.and(patient).where(count, none));
    pass.update(skipped, finite.where(pass.value(skipped), pass.value(skipped).add(1)));
  }

  /// {@return what a checkpoint needs}
  public List<State> states() {
    return List.of(scale, good, skipped);
  }

  /// `loss scale 32768, 1 step skipped`.
  @Override
  public String toString() {
    int steps = (int) skipped.value().item();
    return "loss scale %.0f, %d %s skipped"
        .formatted(scale.value().item(), steps, steps == 1 ? "step" : "steps");
  }
}
