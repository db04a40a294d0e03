package jacquard.examples.tour;

import jacquard.tensor.Key;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The weights of a model in a chapter that trains, by name, in the order they were made.
final class Weights {
  private final Key key;
  private final Map<String, State> states = new LinkedHashMap<>();

  Weights(Key key) {
    this.key = key;
  }

  /// Normal random numbers.
  void normal(String name, double deviation, int... dims) {
    Tensor numbers = Tensor.randn(key.fold(states.size()), dims);
    states.put(name, new State(name, numbers.mul(deviation)));
  }

  void zeros(String name, int... dims) {
    states.put(name, new State(name, Tensor.zeros(dims)));
  }

  /// The present value.
  Tensor of(String name) {
    State state = states.get(name);
    if (state == null) {
      throw new IllegalArgumentException("weights: no '" + name + "' among " + states.keySet());
    }
    return state.value();
  }

  List<State> all() {
    return List.copyOf(states.values());
  }
}
