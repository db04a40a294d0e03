package jacquard.autograd;

import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What lies between the inputs of an [Op.Recompute] and its value, found when the gradient asks
/// for it.
///
/// ```
///   x ── inner ── inner ── y          inner: depends on an input; computed again
///                  │
///        outer ────┘                  outer: does not (parameters, constants); shared with the first computation
/// ```
///
/// The border, inputs and those outer nodes that inner ones read, is where the cotangents come out.
final class Segment {
  private final Node result;
  private final List<Node> inner;
  private final List<Node> border;
  private final Set<Node> inputs;

  private Segment(Node result, List<Node> inner, List<Node> border, Set<Node> inputs) {
    this.result = result;
    this.inner = inner;
    this.border = border;
    this.inputs = inputs;
  }

  /// @param marker an [Op.Recompute]
  /// @param kept nodes that are not computed again even between input and value: those somebody
  ///   differentiates by
  static Segment of(Node marker, Set<Node> kept) {
    Set<Node> inputs = Collections.newSetFromMap(new IdentityHashMap<>());
    inputs.addAll(marker.sources().subList(1, marker.sources().size()));
    Map<Node, Boolean> depends = new IdentityHashMap<>();
    List<Node> inner = new ArrayList<>();
    Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
    ArrayDeque<Node> stack = new ArrayDeque<>();
    stack.push(marker.source(0));
    while (!stack.isEmpty()) {
      Node node = stack.peek();
      if (depends.containsKey(node)) {
        stack.pop();
      } else if (inputs.contains(node) || kept.contains(node)) {
        depends.put(stack.pop(), inputs.contains(node));
      } else if (open.add(node)) {
        List<Node> sources = node.sources();
        for (int i = sources.size() - 1; i >= 0; i--) {
          if (!depends.containsKey(sources.get(i))) {
            stack.push(sources.get(i));
          }
        }
      } else {
        boolean any = false;
        for (Node source : node.sources()) {
          any |= depends.getOrDefault(source, false);
        }
        depends.put(stack.pop(), any);
        if (any) {
          inner.add(node);
        }
      }
    }
    return new Segment(marker.source(0), inner, border(marker.source(0), inner), inputs);
  }

  private static List<Node> border(Node result, List<Node> inner) {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    seen.addAll(inner);
    List<Node> border = new ArrayList<>();
    if (seen.add(result)) {
      border.add(result);
    }
    for (Node node : inner) {
      for (Node source : node.sources()) {
        if (seen.add(source)) {
          border.add(source);
        }
      }
    }
    return border;
  }

  List<Node> border() {
    return border;
  }

  /// The cotangents of the border from `g`, that of the value.
  ///
  /// The inputs are read again only after `g` is known, which keeps the second computation apart
  /// from the first and late.
  ///
  /// @param needed for each node of the border, whether its cotangent is wanted
  /// @return for each node of the border its cotangent, or null
  List<? extends @Nullable Tensor> pull(Tensor g, boolean[] needed) {
    Map<Node, Node> again = new IdentityHashMap<>();
    for (Node node : border) {
      again.put(node, inputs.contains(node) ? Node.of(new Op.After(), node, g.node()) : node);
    }
    for (Node node : inner) {
      Node[] sources = new Node[node.sources().size()];
      for (int i = 0; i < sources.length; i++) {
        sources[i] = again.getOrDefault(node.source(i), node.source(i));
      }
      again.put(node, Node.of(node.op(), sources));
    }
    List<Node> ends = new ArrayList<>();
    Set<Node> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < border.size(); i++) {
      Node end = again.getOrDefault(border.get(i), border.get(i));
      ends.add(end);
      if (needed[i]) {
        wanted.add(end);
      }
    }
    Sweep sweep = Sweep.between(wanted, ends);
    sweep.add(again.getOrDefault(result, result), g);
    sweep.run();
    List<@Nullable Tensor> cotangents = new ArrayList<>();
    for (int i = 0; i < ends.size(); i++) {
      cotangents.add(needed[i] ? sweep.cotangent(ends.get(i)) : null);
    }
    return cotangents;
  }
}
