package jacquard.tensor;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Substitution;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// A new value for a state, to be written by [Step#run].
///
/// @param state what is written
/// @param value its new value, of the same shape, dtype and device
public record Update(State state, Tensor value) {
  /// @throws TensorException if shape, dtype or device differ
  public Update {
    if (!state.shape().equals(value.shape())) {
      throw new ShapeException(
          "update: state '"
              + state.name()
              + "' has shape "
              + state.shape()
              + ", new value "
              + value.shape());
    }
    if (state.dtype() != value.dtype()) {
      throw new DTypeException(
          "update: state '"
              + state.name()
              + "' is "
              + state.dtype()
              + ", new value "
              + value.dtype()
              + "; cast it");
    }
    if (!state.device().equals(value.device())) {
      throw new DeviceException(
          "update: state '"
              + state.name()
              + "' is on "
              + state.device()
              + ", new value on "
              + value.device());
    }
  }

  /// `tensor` as it would be if the states had their new values already. One graph can so go
  /// through an update: a generator's loss, say, sees the discriminator that the same step has just
  /// trained.
  ///
  /// @param tensor computed from the states' current values
  public static Tensor after(List<Update> updates, Tensor tensor) {
    Map<Node, Node> replacements = new IdentityHashMap<>();
    for (Update update : updates) {
      replacements.put(update.state().value().node(), update.value().node());
    }
    return new Tensor(Substitution.replace(List.of(tensor.node()), replacements).get(0));
  }
}
