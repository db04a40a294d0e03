package jacquard.tensor.graph;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.TensorException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Checks that a graph is consistent: every node's dtype, shape and device are what [Inference]
/// says, inputs fit the memory they come from, and sources are older than their readers, so that
/// there is no cycle.
///
/// Graphs made by tensor operations always are; this is for code that makes nodes itself, and for
/// passes under test.
public final class GraphChecker {
  private GraphChecker() {}

  /// Throws if a node is inconsistent.
  ///
  /// @param roots what is asked for
  /// @throws IllegalStateException if the graph is inconsistent, with the first such node and the
  ///   graph up to it
  public static void check(Collection<Node> roots) {
    Optional<String> problem = problem(roots);
    if (problem.isPresent()) {
      throw new IllegalStateException(
          problem.get() + "\n" + GraphPrinter.listing(roots).stripTrailing());
    }
  }

  /// {@return what is wrong with the first node that is inconsistent, sources first: its line, a
  /// colon, and the two that differ}
  ///
  /// @param roots what is asked for
  public static Optional<String> problem(Collection<Node> roots) {
    Map<Node, Integer> numbers = GraphPrinter.numbers(roots);
    for (Node node : Traversal.sourcesFirst(roots)) {
      String wrong = wrong(node);
      if (!wrong.isEmpty()) {
        return Optional.of(GraphPrinter.line(node, numbers) + ": " + wrong);
      }
    }
    return Optional.empty();
  }

  private static String wrong(Node node) {
    for (Node source : node.sources()) {
      if (source.sequence() >= node.sequence()) {
        return "source " + source + " is younger than its reader";
      }
    }
    return switch (node.op()) {
      case Op.Constant c -> differs(node, c.dtype(), Shape.scalar());
      case Op.Iota i ->
          i.dtype() == DType.BOOL ? "iota of bool" : differs(node, i.dtype(), Shape.of(i.n()));
      case Op.Input i -> {
        String record = differs(node, i.dtype(), i.shape());
        yield record.isEmpty() ? input(node) : record;
      }
      case Op.Movement m -> inferred(node);
      case Op.Elementwise e -> inferred(node);
      case Op.Reduction r -> inferred(node);
      case Op.Contraction c -> inferred(node);
      case Op.Indexing i -> inferred(node);
      case Op.Fused f -> inferred(node);
      case Op.Marker m -> inferred(node);
    };
  }

  private static String inferred(Node node) {
    List<Node> sources = node.sources();
    try {
      Inference.Result result = Inference.infer(node.op(), sources);
      return result.device().equals(node.device())
          ? differs(node, result.dtype(), result.shape())
          : "is on " + node.device() + ", expected " + result.device();
    } catch (TensorException | IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String input(Node node) {
    return switch (node.input()) {
      case Source.Stored(var buffer) ->
          buffer.dtype() == node.dtype() && buffer.size() == node.shape().size()
              ? ""
              : "its buffer holds " + buffer.size() + " elements of " + buffer.dtype();
      case Source.Number n -> node.shape().rank() == 0 ? "" : "a dynamic value is a scalar";
      case Source.Cell(var state, long version) ->
          state.device().equals(node.device())
              ? differs(node, state.dtype(), state.shape())
              : "its state is on " + state.device();
      case Source.Argument a -> a.index() >= 0 ? "" : "is argument " + a.index();
      case null -> "an input without a source";
    };
  }

  private static String differs(Node node, DType dtype, Shape shape) {
    return node.dtype() == dtype && node.shape().equals(shape)
        ? ""
        : "is " + node.dtype() + node.shape() + ", expected " + dtype + shape;
  }
}
