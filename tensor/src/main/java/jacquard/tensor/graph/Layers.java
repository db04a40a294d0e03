package jacquard.tensor.graph;

import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which part of a model each node of a graph belongs to: `blocks.0.attention.out`.
///
/// Nothing says so in a graph. But states have names. A part of a gradient belongs where that lies
/// which it is the gradient of ([Origin], if recorded); what is for the new values of one layer's
/// states only, where they do; a node that reads a state, where that does; any other, where its
/// latest source does. What mixes gradients of several layers for the new values of several, such
/// as the norm by which they are clipped, is of [#UPDATE].
public final class Layers {
  /// What all of an update shares.
  public static final String UPDATE = "update";

  private final Set<String> states = new HashSet<>();
  private final Map<Node, String> names = new IdentityHashMap<>();
  private final Map<Node, Need> needs = new IdentityHashMap<>();

  /// Parts of gradients, and what comes after them up to the new values of states.
  private final Set<Node> behindGradients = Collections.newSetFromMap(new IdentityHashMap<>());

  /// What a node is for.
  ///
  /// @param model whether for an output, or to make gradients of
  /// @param layer for a new value of a state of this one; null for none
  /// @param several whether for those of other layers, too
  private record Need(boolean model, @Nullable String layer, boolean several) {
    Need and(Need other) {
      boolean differ = layer != null && other.layer != null && !layer.equals(other.layer);
      return new Need(
          model || other.model,
          layer == null ? other.layer : layer,
          several || other.several || differ);
    }

    Need andModel() {
      return new Need(true, layer, several);
    }
  }

  private Layers() {}

  /// {@return the layers of everything that `roots` depend on}
  ///
  /// @param roots what is asked for
  public static Layers of(Collection<Node> roots) {
    return of(roots, List.of());
  }

  /// {@return the layers of everything that a step evaluates}
  ///
  /// @param work outputs, and new values of states
  public static Layers of(Work work) {
    return of(work.outputs().stream().map(Tensor::node).toList(), work.updates());
  }

  private static Layers of(Collection<Node> outputs, List<Update> updates) {
    List<Node> roots = new ArrayList<>(outputs);
    updates.forEach(update -> roots.add(update.value().node()));
    List<Node> order = Traversal.sourcesFirst(roots);
    Layers layers = new Layers();
    updates.forEach(update -> layers.states.add(update.state().name()));
    for (Node node : order) {
      if (node.input() instanceof Source.Cell(State state, long version)) {
        layers.states.add(state.name());
      }
    }
    Map<Node, Need> written = new IdentityHashMap<>();
    for (Update update : updates) {
      Need need = new Need(false, layers.ofState(update.state()), false);
      written.merge(update.value().node(), need, Need::and);
    }
    layers.findNeeds(order, outputs, written);
    Map<Node, Integer> places = new IdentityHashMap<>();
    for (Node node : order) {
      if (!written.containsKey(node)
          && (isOfGradient(node)
              || node.sources().stream().anyMatch(layers.behindGradients::contains))) {
        layers.behindGradients.add(node);
      }
      layers.names.put(node, layers.find(node, places));
      places.put(node, places.size());
    }
    return layers;
  }

  /// From readers to sources. Who reads a state's new value, as a discriminator that was just
  /// improved, doesn't matter to what that is made of.
  private void findNeeds(List<Node> order, Collection<Node> outputs, Map<Node, Need> written) {
    outputs.forEach(output -> needs.put(output, new Need(true, null, false)));
    needs.putAll(written);
    for (Node node : order.reversed()) {
      Need need = needs.get(node);
      if (need == null) {
        throw new AssertionError("neither a root nor read by one: " + node);
      }
      Need passed = isOfGradient(node) ? need.andModel() : need;
      for (Node source : node.sources()) {
        if (!written.containsKey(source)) {
          needs.merge(source, passed, Need::and);
        }
      }
    }
  }

  private static boolean isOfGradient(Node node) {
    Origin origin = node.origin();
    return origin != null && origin.forward() != null;
  }

  /// {@return the layer of a node; empty for one that comes before every state, such as a batch}
  ///
  /// @param node of the graph
  public String of(Node node) {
    return names.getOrDefault(node, "");
  }

  private String find(Node node, Map<Node, Integer> places) {
    if (node.input() instanceof Source.Cell(State state, long version)) {
      return ofState(state);
    }
    Origin origin = node.origin();
    if (origin != null && origin.forward() != null && names.containsKey(origin.forward())) {
      return of(origin.forward());
    }
    Need need = needs.get(node);
    if (need != null && need.layer != null && !node.sources().isEmpty()) {
      if (!need.model && !need.several) {
        return need.layer;
      }
      if (need.several && behindGradients.contains(node) && mixesLayers(node)) {
        return UPDATE;
      }
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

  private boolean mixesLayers(Node node) {
    Set<String> layers = new HashSet<>();
    node.sources().forEach(source -> layers.add(of(source)));
    layers.remove("");
    return layers.size() > 1 || layers.contains(UPDATE);
  }

  private String ofState(State state) {
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
