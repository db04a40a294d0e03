package jacquard.tensor;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import jacquard.tensor.spi.Buffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Evaluates tensors and writes states, everything asked for in one plan.
public final class Step {
  private Step() {}

  /// Evaluates `outputs` and gives every updated state its new value. All reads see the values from
  /// before.
  ///
  /// @throws StateException if a state is updated twice, or the graph reads a version that was
  ///   overwritten
  /// @throws DeviceException if the tensors are on different devices
  public static void run(List<Tensor> outputs, List<Update> updates) {
    List<Backend.Root> roots = new ArrayList<>();
    List<Node> pending = new ArrayList<>();
    Device device = null;
    for (Tensor output : outputs) {
      Node node = output.node();
      device = same(device, node.device());
      if (!(node.op() instanceof Op.Input)) {
        roots.add(new Backend.Root(node, null));
        pending.add(node);
      }
    }
    Set<State> seen = new HashSet<>();
    for (Update update : updates) {
      if (!seen.add(update.state())) {
        throw new StateException(
            "step: state '" + update.state().name() + "' is updated twice; combine the updates");
      }
      device = same(device, update.value().device());
      roots.add(new Backend.Root(update.value().node(), update.state().buffer()));
    }
    if (roots.isEmpty() || device == null) {
      return;
    }
    List<Buffer> buffers = Backends.of(device).run(roots);
    for (int i = 0; i < pending.size(); i++) {
      pending.get(i).realise(buffers.get(i));
    }
    for (Update update : updates) {
      update.state().advance();
    }
  }

  /// Evaluates tensors; afterwards each holds its value and its graph is let go.
  public static void realise(Tensor... outputs) {
    run(List.of(outputs), List.of());
  }

  /// Evaluates a node and forgets the value: an error shows at the line that made the node, and the
  /// graph stays whole for gradients.
  static void check(Node node) {
    Backends.of(node.device()).run(List.of(new Backend.Root(node, null)));
  }

  static void evaluateInto(Tensor value, Buffer into) {
    if (value.node().op() instanceof Op.Input) {
      // a plan for each shape of a model would only copy
      into.write(0, value.toArray(), 0, value.shape().arraySize());
      return;
    }
    Backends.of(value.device()).run(List.of(new Backend.Root(value.node(), into)));
  }

  /// The buffer of an input node.
  ///
  /// @throws StateException if it is a state's value that was overwritten
  public static Buffer buffer(Node input) {
    return switch (input.input()) {
      case Source.Stored stored -> stored.buffer();
      case Source.Cell(State state, long version) -> {
        if (state.version() != version) {
          throw new StateException(
              "state: '"
                  + state.name()
                  + "' is read in version "
                  + version
                  + " but holds version "
                  + state.version()
                  + "; evaluate before the update, or build the graph again");
        }
        yield state.buffer();
      }
      case Source.Dynamic d ->
          throw new IllegalArgumentException("buffer: a dynamic scalar has none: " + input);
      case null -> throw new IllegalArgumentException("buffer: not an input: " + input);
    };
  }

  private static Device same(@org.jspecify.annotations.Nullable Device a, Device b) {
    if (a != null && !a.equals(b)) {
      throw new DeviceException("step: tensors on " + a + " and " + b + ", expected one device");
    }
    return b;
  }
}
