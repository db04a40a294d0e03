package jacquard.tensor.graph;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which layer a node belongs to that reads none of its states, but was made by the call that goes
/// on to read them: the mean that a layer norm takes before it multiplies by its weight.
final class LayerCalls {
  private static final String SEVERAL = "";

  private final Map<Node, List<String>> calls = new IdentityHashMap<>();
  private final Map<Node, String> layers = new IdentityHashMap<>();

  private LayerCalls() {}

  /// From readers to sources.
  ///
  /// @param order of a graph whose origins were recorded, sources first
  /// @param state the layer of a state that a node is the value of; null for another node
  static LayerCalls of(List<Node> order, Function<Node, @Nullable String> state) {
    LayerCalls found = new LayerCalls();
    for (Node node : order) {
      Origin origin = node.origin();
      List<String> call = origin == null ? null : origin.call();
      if (call != null) {
        found.calls.put(node, call);
      }
    }
    for (Node node : order.reversed()) {
      found.look(node, state);
    }
    return found;
  }

  private void look(Node node, Function<Node, @Nullable String> state) {
    List<String> call = calls.get(node);
    String layer = layers.get(node);
    for (Node source : node.sources()) {
      String own = state.apply(source);
      layer = own == null ? layer : own;
    }
    if (call == null || layer == null) {
      return;
    }
    for (Node source : node.sources()) {
      if (call.equals(calls.get(source))) {
        layers.merge(source, layer, (some, other) -> some.equals(other) ? some : SEVERAL);
      }
    }
  }

  /// The layer of a node; null if no call tells.
  @Nullable String of(Node node) {
    String layer = layers.get(node);
    return layer == null || layer.equals(SEVERAL) ? null : layer;
  }
}
