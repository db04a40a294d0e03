package jacquard.examples.tour;

import jacquard.autograd.Gradients;
import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.tensor.Scalar;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.List;

/// What the first chapters look at: one step of gradient descent on `y = softmax(x wᵀ + b)`.
///
/// B = 4 rows, I = 6 inputs, O = 8 outputs.
final class SoftmaxStep {
  final Tensor x = wave(4, 6).realise();
  final Tensor target = wave(4, 8).softmax(-1).realise();
  final State w = new State("w", wave(8, 6));
  final State b = new State("b", wave(8));

  /// Numbers without a random generator.
  static Tensor wave(int... dims) {
    int n = 1;
    for (int dim : dims) {
      n *= dim;
    }
    return Tensor.linspace(0, n - 1, n).mul(0.7).sin().reshape(dims);
  }

  /// `[B, I]` to `[B, O]`.
  Tensor model() {
    return x.matmul(w.value().t()).add(b.value()).softmax(-1);
  }

  Tensor loss() {
    return model().sub(target).square().mean();
  }

  /// Gradient descent on both states.
  List<Update> updates(Tensor loss, double rate) {
    List<Update> updates = new ArrayList<>();
    Gradients.ofStates(loss, List.of(w, b))
        .forEach((state, g) ->
            updates.add(new Update(state, state.value().sub(g.mul(Scalar.f32(rate))))));
    return updates;
  }

  /// What a step asks its device for: the loss, and new values in the buffers of the states.
  List<Backend.Root> roots() {
    Tensor loss = loss();
    List<Backend.Root> roots = new ArrayList<>(List.of(new Backend.Root(loss.node(), null)));
    updates(loss, 0.5)
        .forEach(u -> roots.add(new Backend.Root(u.value().node(), u.state().buffer())));
    return roots;
  }

  /// The plan of a step, not run.
  Schedule schedule() {
    return PlannedBackend.schedule(roots());
  }
}
