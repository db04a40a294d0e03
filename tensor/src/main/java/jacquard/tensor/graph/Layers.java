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
/// states only, where they do; a node that reads a state, where that does, and with it what the
/// same call of a layer's code made on the way, such as the mean of a layer norm; any other, where
/// its latest source does. What mixes gradients of several layers for the new values of several,
/// such as the norm by which they are clipped, is of [#UPDATE].
public final class Layers {
  /// What all of an update shares.
  public static final String UPDATE = "update";

  private final Set<String> states = new HashSet<>();
  private final Map<Node, String> names = new IdentityHashMap<>();
  private final Map<Node, Need> needs = new IdentityHashMap<>();

  /// New values of states.
  private final Map<Node, Need> written = new IdentityHashMap<>();

  /// Parts of gradients, and what comes after them up to the new values of states.
  private final Set<Node> behindGradients = Collections.newSetFromMap(new IdentityHashMap<>());

  /// What a node is for.
  ///
  /// @param output whether for an output
  /// @param gradient whether to make a gradient of, or from
  /// @param layer for a new value of a state of this one; null for none
  /// @param several whether for those of other layers, too
  private record Need(boolean output, boolean gradient, @Nullable String layer, boolean several) {
    Need and(Need other) {
      boolean differ = layer != null && other.layer != null && !layer.equals(other.layer);
      return new Need(
          output || other.output,
          gradient || other.gradient,
          layer == null ? other.layer : layer,
          several || other.several || differ);
    }

    Need andGradient() {
      return new Need(output, true, layer, several);
    }

    Need withoutOutput() {
      return new Need(false, gradient, layer, several);
    }

    boolean isModel() {
      return output || gradient;
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
    for (Update update : updates) {
      Need need = new Need(false, false, layers.ofState(update.state()), false);
      layers.written.merge(update.value().node(), need, Need::and);
    }
    layers.findBehindGradients(order);
    layers.findNeeds(order, outputs);
    LayerCalls calls = LayerCalls.of(order, layers::stateLayer);
    Map<Node, Integer> places = new IdentityHashMap<>();
    for (Node node : order) {
      layers.names.put(node, layers.find(node, calls, places));
      places.put(node, places.size());
    }
    return layers;
  }

  private void findBehindGradients(List<Node> order) {
    for (Node node : order) {
      if (!written.containsKey(node)
          && (isOfGradient(node) || node.sources().stream().anyMatch(behindGradients::contains))) {
        behindGradients.add(node);
      }
    }
  }

  /// From readers to sources. Who reads a state's new value, as a discriminator that was just
  /// improved, doesn't matter to what that is made of; nor does who looks at an update, as at its
  /// norm.
  private void findNeeds(List<Node> order, Collection<Node> outputs) {
    outputs.forEach(output -> needs.put(output, new Need(true, false, null, false)));
    needs.putAll(written);
    for (Node node : order.reversed()) {
      Need need = needs.get(node);
      if (need == null) {
        throw new AssertionError("neither a root nor read by one: " + node);
      }
      Need passed =
          isOfGradient(node)
              ? need.andGradient()
              : isBehindGradients(node, need) ? need.withoutOutput() : need;
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

  /// {@return whether a node is part of an update: of an optimiser's work, of the norm by which
  /// gradients are clipped, of a running mean}
  ///
  /// Gradients are not, nor is what further gradients are made from, as the penalty of a slope.
  ///
  /// @param node of the graph
  public boolean isOfUpdate(Node node) {
    // who reads a new value reads it detached
    return servesUpdate(node) || (node.op() instanceof Op.Marker && isOfUpdate(node.source(0)));
  }

  private boolean servesUpdate(Node node) {
    Need need = needs.get(node);
    return need != null
        && !isOfGradient(node)
        && (!need.isModel() || isBehindGradients(node, need));
  }

  /// Whether a node comes after gradients, and no further one is made of it.
  private boolean isBehindGradients(Node node, Need need) {
    return !need.gradient && behindGradients.contains(node);
  }

  private String find(Node node, LayerCalls calls, Map<Node, Integer> places) {
    if (node.input() instanceof Source.Cell(State state, long version)) {
      return ofState(state);
    }
    Origin origin = node.origin();
    if (origin != null && origin.forward() != null && names.containsKey(origin.forward())) {
      return of(origin.forward());
    }
    Need need = needs.get(node);
    if (need != null && need.layer != null && !node.sources().isEmpty()) {
      if (!need.isModel() && !need.several) {
        return need.layer;
      }
      if (need.several && behindGradients.contains(node) && mixesLayers(node)) {
        return UPDATE;
      }
    }
    String call = calls.of(node);
    if (call != null) {
      return call;
    }
    String latest = "";
    int place = -1;
    for (Node source : node.sources()) {
      String state = stateLayer(source);
      if (state != null) {
        return state;
      }
      String name = of(source);
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

  /// The layer of a state that a node is the value of, perhaps a new one, and perhaps moved about;
  /// null for another node.
  private @Nullable String stateLayer(Node node) {
    Node at = node;
    while (!written.containsKey(at)
        && (at.op() instanceof Op.Movement || at.op() instanceof Op.Marker)) {
      at = at.source(0);
    }
    Need need = written.get(at);
    return at.input() instanceof Source.Cell(State state, long version)
        ? ofState(state)
        : need == null ? null : need.layer;
  }
}
