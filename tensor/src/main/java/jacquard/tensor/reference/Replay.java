package jacquard.tensor.reference;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Source;
import jacquard.tensor.graph.Traversal;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backend.Root;
import jacquard.tensor.spi.Buffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// A compiled step of the reference: its graph, built again at each run with arguments and states
/// put in.
record Replay(ReferenceBackend backend, List<Root> roots) implements Backend.Compiled {
  Replay {
    roots = List.copyOf(roots);
  }

  @Override
  public List<Buffer> run(List<Buffer> arguments) {
    Map<Node, Node> now = new IdentityHashMap<>();
    for (Node node : Traversal.sourcesFirst(roots.stream().map(Root::node).toList())) {
      now.put(node, bound(node, arguments, now));
    }
    List<Root> bound = new ArrayList<>();
    for (Root root : roots) {
      bound.add(new Root(now.getOrDefault(root.node(), root.node()), root.into()));
    }
    return backend.run(bound);
  }

  /// @param now what the node's sources are in this run
  private static Node bound(Node node, List<Buffer> arguments, Map<Node, Node> now) {
    if (node.input() instanceof Source.Argument(int index)) {
      Source stored = new Source.Stored(arguments.get(index));
      return Node.input(stored, node.dtype(), node.shape(), node.device());
    }
    if (node.input() instanceof Source.Cell cell) {
      return cell.state().value().node();
    }
    List<Node> sources = node.sources().stream().map(s -> now.getOrDefault(s, s)).toList();
    return sources.isEmpty() ? node : Node.of(node.op(), sources.toArray(Node[]::new));
  }
}
