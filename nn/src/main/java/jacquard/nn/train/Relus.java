package jacquard.nn.train;

import jacquard.tensor.Tensor;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.Layers;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Traversal;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// Finds the ReLUs of a graph: `where(0 < x, x, 0)`.
final class Relus {
  private Relus() {}

  /// The part of each ReLU's units that are 0 for the whole batch, a scalar, by the layer that
  /// feeds it. A unit is a channel after a convolution, otherwise an index of the last axis.
  static SequencedMap<String, Tensor> dead(List<Tensor> losses) {
    List<Node> roots = losses.stream().map(Tensor::node).toList();
    Layers layers = Layers.of(roots);
    Map<Node, Boolean> convolved = new IdentityHashMap<>();
    SequencedMap<String, List<Tensor>> found = new LinkedHashMap<>();
    for (Node node : Traversal.sourcesFirst(roots)) {
      convolved.put(node, isConvolved(node, convolved));
      if (isRelu(node) && node.shape().rank() > 0 && !node.shape().isEmpty()) {
        Tensor y = new Tensor(node);
        int units = convolved.get(node) ? 1 : y.rank() - 1;
        int[] others = IntStream.range(0, y.rank()).filter(axis -> axis != units).toArray();
        Tensor most = others.length == 0 ? y : y.max(others);
        found
            .computeIfAbsent(layers.of(node), layer -> new ArrayList<>())
            .add(most.le(0).cast(y.dtype()).mean());
      }
    }
    SequencedMap<String, Tensor> dead = new LinkedHashMap<>();
    // a layer used twice, by a discriminator on two batches: a unit is as dead as in the better one
    found.forEach(
        (layer, parts) -> dead.put(layer, parts.stream().reduce(Tensor::minimum).orElseThrow()));
    return dead;
  }

  /// Whether channels are the second of four axes.
  private static boolean isConvolved(Node node, Map<Node, Boolean> convolved) {
    return switch (node.op()) {
      case Op.Conv conv -> true;
      case Op.Dot dot -> false;
      default -> // what matters is only where these two come from
          node.shape().rank() == 4
              && node.sources().stream().anyMatch(source -> convolved.getOrDefault(source, false));
    };
  }

  private static boolean isRelu(Node node) {
    return node.op() instanceof Op.Where
        && node.source(0).op() instanceof Op.Binary(BinaryKind kind)
        && kind == BinaryKind.LT
        && node.source(0).source(1) == node.source(1)
        && isZero(node.source(0).source(0))
        && isZero(node.source(2));
  }

  private static boolean isZero(Node node) {
    Node at = node;
    while (at.op() instanceof Op.Expand || at.op() instanceof Op.Reshape) {
      at = at.source(0);
    }
    return at.op() instanceof Op.Constant constant && constant.value() == 0;
  }
}
