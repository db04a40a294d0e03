package jacquard.autograd;

import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Source;
import jacquard.tensor.graph.Traversal;
import java.util.List;

/// Why there is no gradient by a tensor, for the error text.
final class Independent {
  private Independent() {}

  /// @param index which of the tensors asked for
  static IllegalArgumentException error(List<Tensor> outputs, int index, Tensor x) {
    List<Node> behind = Traversal.sourcesFirst(outputs.stream().map(Tensor::node).toList());
    return new IllegalArgumentException(
        "grad: loss does not depend on wrt["
            + index
            + "] "
            + name(x)
            + ": "
            + reason(behind, x)
            + ", or ask for zeros with Missing.ZEROS");
  }

  private static String name(Tensor x) {
    return x.node().input() instanceof Source.Cell(State state, long version)
        ? "state '" + state.name() + "' " + x
        : x.toString();
  }

  private static String reason(List<Node> behind, Tensor x) {
    if (behind.contains(x.node())) {
      return "it is only reached through operations without a gradient"
          + " (detach, floor, sign, comparisons, casts to integers, indices); replace them";
    }
    if (x.node().input() instanceof Source.Cell(State state, long version)) {
      for (Node node : behind) {
        if (node.input() instanceof Source.Cell(State other, long read) && other == state) {
          return "the loss reads its version "
              + read
              + ", the state now holds version "
              + version
              + "; take the gradient before the state is updated";
        }
      }
    }
    return "it was not used, or a tensor in between was realised, which cuts the graph;"
        + " take the gradient before realising";
  }
}
