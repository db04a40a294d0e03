package jacquard.examples.tour;

import jacquard.autograd.Gradients;
import jacquard.tensor.Scalar;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Adam, for the chapters that train.
///
/// @see <a href="https://arxiv.org/abs/1412.6980">Kingma, Ba: Adam</a>
final class AdamByHand {
  private static final double EPSILON = 1e-8;

  private final List<State> weights;
  private final List<State> means = new ArrayList<>();
  private final List<State> squares = new ArrayList<>();
  private final double beta1;
  private final double beta2;

  /// @param beta1 what is kept of the mean of gradients in a step
  /// @param beta2 what is kept of the mean of their squares
  AdamByHand(Collection<State> weights, double beta1, double beta2) {
    this.weights = List.copyOf(weights);
    this.beta1 = beta1;
    this.beta2 = beta2;
    for (State w : weights) {
      Tensor zeros = Tensor.zeros(w.shape().toArray());
      means.add(new State("mean." + w.name(), zeros));
      squares.add(new State("square." + w.name(), zeros));
    }
  }

  /// New values of the weights and of both means.
  ///
  /// @param step counted from 0
  List<Update> updates(Tensor loss, int step, double rate) {
    List<Tensor> gradients = Gradients.of(loss, weights.stream().map(State::value).toList());
    // both means begin at 0, which these make up for; as Scalar, so that each step has the same
    // plan
    double first = 1 - StrictMath.pow(beta1, step + 1);
    double second = 1 - StrictMath.pow(beta2, step + 1);
    Tensor size = Scalar.f32(rate / first);
    Tensor correction = Scalar.f32(1 / second);
    List<Update> updates = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      State w = weights.get(i);
      Tensor g = gradients.get(i);
      Tensor mean = means.get(i).value().mul(beta1).add(g.mul(1 - beta1));
      Tensor square = squares.get(i).value().mul(beta2).add(g.square().mul(1 - beta2));
      Tensor change = mean.mul(size).div(square.mul(correction).sqrt().add(EPSILON));
      updates.add(new Update(w, w.value().sub(change)));
      updates.add(new Update(means.get(i), mean));
      updates.add(new Update(squares.get(i), square));
    }
    return updates;
  }
}
