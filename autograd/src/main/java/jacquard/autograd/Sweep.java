package jacquard.autograd;

import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Origin;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One reverse sweep: from the cotangents of some nodes to those of others.
///
/// First every node that a result depends on differentiably is visited, sources before consumers,
/// and those that lead to a wanted node are put in order; then the order is walked backwards, each
/// node handing its cotangent on to the sources that need it. Both walks use explicit stacks and
/// lists, so a graph of any depth fits, and take everything in the order of the graph, so the
/// result is always the same graph.
final class Sweep {
  private static final class Vertex {
    final Node node;
    List<Tensor> contributions = List.of();

    /// Where the cotangent goes: the sources, or the border of a segment; null where no gradient
    /// flows.
    @Nullable Vertex[] ends = {};

    @Nullable Segment segment;
    boolean entered;
    boolean needed;
    int next;
    @Nullable Tensor cotangent;

    Vertex(Node node) {
      this.node = node;
    }

    /// Most vertices take one, and those that need no gradient none.
    void take(Tensor contribution) {
      if (contributions.isEmpty()) {
        contributions = List.of(contribution);
        return;
      }
      if (contributions.size() == 1) {
        contributions = new ArrayList<>(contributions);
      }
      contributions.add(contribution);
    }
  }

  private final Map<Node, Vertex> vertices = new IdentityHashMap<>();
  private final List<Vertex> order = new ArrayList<>();
  private final Zeros zeros = new Zeros();
  private final Set<Node> wanted;
  private final Set<Node> stops;

  private Sweep(Set<Node> wanted, Set<Node> stops) {
    this.wanted = wanted;
    this.stops = stops;
  }

  /// A sweep that finds the cotangents of `wanted`, also where one of them depends on another.
  static Sweep to(Collection<Node> wanted) {
    return new Sweep(identitySet(wanted), Set.of());
  }

  /// A sweep that looks no further than `stops`, of which `wanted` are part.
  static Sweep between(Collection<Node> wanted, Collection<Node> stops) {
    return new Sweep(identitySet(wanted), identitySet(stops));
  }

  private static Set<Node> identitySet(Collection<Node> nodes) {
    Set<Node> set = Collections.newSetFromMap(new IdentityHashMap<>());
    set.addAll(nodes);
    return set;
  }

  /// Adds `cotangent` to that of `result`; before [#run].
  void add(Node result, Tensor cotangent) {
    Vertex vertex = vertex(result);
    visit(vertex);
    vertex.take(cotangent);
  }

  void run() {
    for (int i = order.size() - 1; i >= 0; i--) {
      Vertex vertex = order.get(i);
      if (vertex.contributions.isEmpty()) {
        continue;
      }
      if (Origin.isRecorded()) {
        Origin.gradientOf(vertex.node, () -> pull(vertex));
      } else {
        pull(vertex);
      }
    }
  }

  private void pull(Vertex vertex) {
    Tensor g = Contributions.sum(vertex.contributions);
    if (wanted.contains(vertex.node)) {
      vertex.cotangent = g;
    }
    pull(vertex, g);
  }

  /// The cotangent of a wanted node; null if nothing added depends on it.
  @Nullable Tensor cotangent(Node node) {
    Vertex vertex = vertices.get(node);
    return vertex == null ? null : vertex.cotangent;
  }

  private Vertex vertex(Node node) {
    return vertices.computeIfAbsent(node, Vertex::new);
  }

  private void visit(Vertex root) {
    ArrayDeque<Vertex> stack = new ArrayDeque<>();
    enter(root, stack);
    while (!stack.isEmpty()) {
      Vertex vertex = stack.peek();
      if (vertex.next < vertex.ends.length) {
        Vertex end = vertex.ends[vertex.next++];
        if (end != null) {
          enter(end, stack);
        }
      } else {
        stack.pop();
        vertex.needed = wanted.contains(vertex.node);
        for (Vertex end : vertex.ends) {
          vertex.needed |= end != null && end.needed;
        }
        if (vertex.needed) {
          order.add(vertex);
        }
      }
    }
  }

  private void enter(Vertex vertex, ArrayDeque<Vertex> stack) {
    if (vertex.entered) {
      return;
    }
    vertex.entered = true;
    stack.push(vertex);
    Node node = vertex.node;
    if (stops.contains(node)) {
      return;
    }
    if (node.op() instanceof Op.Recompute) {
      Segment segment = Segment.of(node, wanted);
      vertex.segment = segment;
      List<Node> border = segment.border();
      vertex.ends = new @Nullable Vertex[border.size()];
      for (int i = 0; i < border.size(); i++) {
        vertex.ends[i] = border.get(i).dtype().isFloat() ? vertex(border.get(i)) : null;
      }
      return;
    }
    int n = node.sources().size();
    vertex.ends = new @Nullable Vertex[n];
    for (int i = 0; i < n; i++) {
      vertex.ends[i] = Vjp.flows(node, i) ? vertex(node.source(i)) : null;
    }
  }

  private void pull(Vertex vertex, Tensor g) {
    boolean[] needed = new boolean[vertex.ends.length];
    boolean any = false;
    for (int i = 0; i < needed.length; i++) {
      Vertex end = vertex.ends[i];
      needed[i] = end != null && end.needed;
      any |= needed[i];
    }
    if (!any) {
      return;
    }
    Segment segment = vertex.segment;
    if (segment != null) {
      List<? extends @Nullable Tensor> cotangents = segment.pull(g, needed);
      for (int i = 0; i < needed.length; i++) {
        contribute(vertex.ends[i], cotangents.get(i));
      }
      return;
    }
    @Nullable Tensor[] cotangents = Vjp.of(vertex.node, g, needed, zeros);
    for (int i = 0; i < needed.length; i++) {
      contribute(vertex.ends[i], cotangents[i]);
    }
  }

  private static void contribute(@Nullable Vertex end, @Nullable Tensor cotangent) {
    if (end != null && cotangent != null) {
      end.take(cotangent);
    }
  }
}
