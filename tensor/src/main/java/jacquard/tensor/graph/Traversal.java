package jacquard.tensor.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// Walks over a graph with an explicit stack, so that a chain of any length fits.
public final class Traversal {
  private Traversal() {}

  private record Visit(Node node, boolean leaving) {}

  /// {@return every node that `roots` depend on, themselves included, each once and after its
  /// sources}
  ///
  /// @param roots what is asked for
  public static List<Node> sourcesFirst(Collection<Node> roots) {
    return sourcesFirst(roots, List.of());
  }

  /// {@return every node that `roots` depend on without going through `stops`, which are left out}
  ///
  /// @param roots what is asked for
  /// @param stops nodes to stop at
  public static List<Node> sourcesFirst(Collection<Node> roots, Collection<Node> stops) {
    List<Node> order = new ArrayList<>();
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    seen.addAll(stops);
    ArrayDeque<Visit> stack = new ArrayDeque<>();
    for (Node root : roots) {
      stack.push(new Visit(root, false));
      while (!stack.isEmpty()) {
        Visit visit = stack.pop();
        if (visit.leaving) {
          order.add(visit.node);
        } else if (seen.add(visit.node)) {
          stack.push(new Visit(visit.node, true));
          List<Node> sources = visit.node.sources();
          for (int i = sources.size() - 1; i >= 0; i--) {
            if (!seen.contains(sources.get(i))) {
              stack.push(new Visit(sources.get(i), false));
            }
          }
        }
      }
    }
    return order;
  }
}
