package jacquard.nn.train;

import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.graph.Layers;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Origin;
import jacquard.tensor.graph.Source;
import jacquard.tensor.graph.Traversal;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The operation that made the first NaN or infinite number behind a result.
///
/// A graph is evaluated one operation after another, by the device that it is for, so that what
/// overflows there overflows here. Then the search goes back from a result that is no number to
/// where it came from. Infinite numbers that do no harm, such as those of a causal mask, are never
/// met on that way.
///
/// @param operation name of the operation, or of what was infinite or no number to begin with
/// @param layer the part of the model, empty for none
/// @param isNaN whether it is NaN rather than infinite
/// @param line of the program that made the operation, if [Origin] recorded it
/// @param inGradient whether it is part of a gradient rather than of the model
public record FirstFault(
    String operation, String layer, boolean isNaN, @Nullable String line, boolean inGradient) {

  /// What a value holds, the worse the higher.
  private enum Health {
    FINITE,
    INFINITE,
    NAN;

    private Health or(Health other) {
      return compareTo(other) < 0 ? other : this;
    }
  }

  /// Looks for the fault of a step that was not run. Nothing is written.
  ///
  /// @param work what a step would do
  /// @return null if every output and every new value of a state is finite
  public static @Nullable FirstFault of(Work work) {
    List<Node> roots = new ArrayList<>();
    work.outputs().forEach(output -> roots.add(output.node()));
    for (Update update : work.updates()) {
      roots.add(update.value().node());
    }
    Map<Node, Health> health = examine(roots);
    for (Node root : roots) {
      if (health.get(root) != Health.FINITE) {
        return describe(origin(root, health), health, Layers.of(work));
      }
    }
    return null;
  }

  /// Evaluates every node from the values of its sources; a value is let go after its last reader.
  private static Map<Node, Health> examine(List<Node> roots) {
    List<Node> order = Traversal.sourcesFirst(roots);
    Map<Node, Integer> readers = new IdentityHashMap<>();
    for (Node node : order) {
      node.sources().forEach(source -> readers.merge(source, 1, Integer::sum));
    }
    Map<Node, Node> values = new IdentityHashMap<>();
    Map<Node, Health> health = new IdentityHashMap<>();
    for (Node node : order) {
      Node value = node;
      if (!(node.op() instanceof Op.Leaf)) {
        value = Node.of(node.op(), node.sources().stream().map(values::get).toList());
        List<Backend.Root> only = List.of(new Backend.Root(value, null));
        value.realise(Backends.of(value.device()).runOnce(only).getFirst());
      }
      values.put(node, value);
      health.put(node, healthOf(value));
      for (Node source : node.sources()) {
        if (readers.merge(source, -1, Integer::sum) == 0) {
          values.remove(source);
        }
      }
    }
    return health;
  }

  private static Health healthOf(Node value) {
    if (!value.dtype().isFloat() || value.shape().isEmpty()) {
      return Health.FINITE;
    }
    if (value.op() instanceof Op.Constant constant) {
      return of(constant.value());
    }
    Health worst = Health.FINITE;
    switch (new Tensor(value).toArray()) {
      case float[] elements -> {
        for (float x : elements) {
          worst = worst.or(of(x));
        }
      }
      case double[] elements -> {
        for (double x : elements) {
          worst = worst.or(of(x));
        }
      }
      default -> throw new AssertionError("a float that is neither f32 nor f64: " + value);
    }
    return worst;
  }

  private static Health of(double x) {
    return Double.isNaN(x) ? Health.NAN : Double.isInfinite(x) ? Health.INFINITE : Health.FINITE;
  }

  /// From a faulty node back through faulty sources, NaN before infinite ones, to one that has
  /// none; not to a constant, which somebody meant to be infinite.
  private static Node origin(Node root, Map<Node, Health> health) {
    Node at = root;
    while (true) {
      Node worst = null;
      Health most = Health.FINITE;
      for (Node source : at.sources()) {
        Health found = health.getOrDefault(source, Health.FINITE);
        if (found.compareTo(most) > 0 && !isMeant(source)) {
          worst = source;
          most = found;
        }
      }
      if (worst == null) {
        return at;
      }
      at = worst;
    }
  }

  private static boolean isMeant(Node node) {
    Node at = node;
    while (at.op() instanceof Op.Movement && at.sources().size() == 1) {
      at = at.source(0);
    }
    return at.op() instanceof Op.Constant;
  }

  private static FirstFault describe(Node node, Map<Node, Health> health, Layers layers) {
    Origin origin = Origin.of(node);
    String operation =
        switch (node.input()) {
          case Source.Cell(var state, long version) -> "state " + state.name();
          case Source.Stored stored -> "data " + node.dtype() + node.shape();
          case Source.Number number -> "a scalar";
          case Source.Argument argument -> "argument " + argument.index();
          case null -> node.op().label();
        };
    return new FirstFault(
        operation,
        layers.of(node),
        health.get(node) == Health.NAN,
        origin == null || node.input() != null ? null : origin.line(),
        origin != null && origin.forward() != null);
  }

  /// `log of head, Gpt.forward(Gpt.java:210), made the first infinite number`.
  @Override
  public String toString() {
    return (inGradient ? "the gradient's " : "")
        + operation
        + (layer.isEmpty() || operation.startsWith("state ") ? "" : " of " + layer)
        + (line == null ? "" : ", " + line + ",")
        + (isNaN ? " made the first NaN" : " made the first infinite number");
  }
}
