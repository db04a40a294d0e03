package jacquard.tensor.graph;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Graphs with some nodes replaced by others.
public final class Substitution {
  private Substitution() {}

  /// The graph of `roots` with each key of `replacements` replaced by its value, which has the same
  /// shape, dtype and device. What doesn't depend on a key is shared with the original; what a
  /// replacement itself depends on stays as it is.
  public static List<Node> replace(List<Node> roots, Map<Node, Node> replacements) {
    Map<Node, Node> done = new IdentityHashMap<>(replacements);
    for (Node node : Traversal.sourcesFirst(roots)) {
      if (done.containsKey(node)) {
        continue;
      }
      boolean changed = false;
      List<Node> sources = new ArrayList<>(node.sources().size());
      for (Node source : node.sources()) {
        Node now = done.getOrDefault(source, source);
        changed |= now != source;
        sources.add(now);
      }
      done.put(node, changed ? Node.of(node.op(), sources.toArray(Node[]::new)) : node);
    }
    return roots.stream().map(root -> done.getOrDefault(root, root)).toList();
  }
}
