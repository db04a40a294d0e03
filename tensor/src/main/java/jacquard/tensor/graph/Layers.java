package jacquard.tensor.graph;

import jacquard.tensor.State;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which part of a model each node of a graph belongs to: `blocks.0.attention.out`.
///
/// Nothing says so in a graph. But states have names: a node that reads one belongs where the state
/// does; one that reads none, where its latest source does; and a part of a gradient, where that
/// lies which it is the gradient of ([Origin], if recorded).
public final class Layers {
  private final Set<String> states;
  private final Map<Node, String> names = new IdentityHashMap<>();

  private Layers(Set<String> states) {
    this.states = states;
  }

  /// {@return the layers of everything that `roots` depend on}
  ///
  /// @param roots what is asked for
  public static Layers of(Collection<Node> roots) {
    List<Node> order = Traversal.sourcesFirst(roots);
    Set<String> states = new HashSet<>();
    for (Node node : order) {
      if (node.input() instanceof Source.Cell(State state, long version)) {
        states.add(state.name());
      }
    }
    Layers layers = new Layers(states);
    Map<Node, Integer> places = new IdentityHashMap<>();
    for (Node node : order) {
      layers.names.put(node, layers.find(node, places));
      places.put(node, places.size());
    }
    return layers;
  }

  /// {@return the layer of a node; empty for one that comes before every state, such as a batch}
  ///
  /// @param node of the graph
  public String of(Node node) {
    return names.getOrDefault(node, "");
  }

  private String find(Node node, Map<Node, Integer> places) {
    String own = ofState(node);
    if (own != null) {
      return own;
    }
    Origin origin = node.origin();
    if (origin != null && origin.forward() != null && names.containsKey(origin.forward())) {
      return of(origin.forward());
    }
    String latest = "";
    int place = -1;
    for (Node source : node.sources()) {
      String name = of(source);
      if (readsState(source) && !name.isEmpty()) {
        return name;
      }
      int at = places.getOrDefault(source, -1);
      if (!name.isEmpty() && at > place) {
        latest = name;
        place = at;
      }
    }
    return latest;
  }

  private @Nullable String ofState(Node node) {
    if (!(node.input() instanceof Source.Cell(State state, long version))) {
      return null;
    }
    String name = state.name();
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      if (states.contains(name.substring(dot + 1))) {
        return layer(name.substring(dot + 1)); // adam.m.head.weight keeps a mean of head.weight
      }
    }
    return layer(name);
  }

  /// {@return the part of a model that a parameter of this name belongs to: without its last word}
  ///
  /// @param parameter name of a state
  public static String layer(String parameter) {
    int dot = parameter.lastIndexOf('.');
    return dot < 0 ? parameter : parameter.substring(0, dot);
  }

  /// Whether a node is a state's value, perhaps moved about.
  private static boolean readsState(Node node) {
    Node at = node;
    while (at.op() instanceof Op.Movement || at.op() instanceof Op.Marker) {
      at = at.source(0);
    }
    return at.input() instanceof Source.Cell;
  }
}
