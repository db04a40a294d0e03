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
import org.jspecify.annotations.Nullable;

/// Evaluates tensors and writes states, everything asked for in one plan.
public final class Step {
  private Step() {}

  /// Evaluates `outputs` and gives every updated state its new value. All reads see the values from
  /// before.
  ///
  /// @param outputs what to evaluate
  /// @param updates states and their new values
  /// @throws StateException if a state is updated twice, or the graph reads a version that was
  ///   overwritten
  /// @throws DeviceException if the tensors are on different devices
  public static void run(List<Tensor> outputs, List<Update> updates) {
    List<Tensor> pending = new ArrayList<>(outputs.size());
    for (Tensor output : outputs) {
      if (!(output.node().op() instanceof Op.Input)) {
        pending.add(output);
      }
    }
    Device device = device(outputs, updates);
    if (device == null || pending.isEmpty() && updates.isEmpty()) {
      return;
    }
    List<Buffer> buffers = Backends.of(device).run(roots(pending, updates));
    for (int i = 0; i < pending.size(); i++) {
      pending.get(i).node().realise(buffers.get(i));
    }
    for (Update update : updates) {
      update.state().advance();
    }
  }

  /// What is to be computed, outputs first.
  ///
  /// @throws StateException if a state is updated twice
  static List<Backend.Root> roots(List<Tensor> outputs, List<Update> updates) {
    List<Backend.Root> roots = new ArrayList<>(outputs.size() + updates.size());
    for (Tensor output : outputs) {
      roots.add(new Backend.Root(output.node(), null));
    }
    Set<State> seen = HashSet.newHashSet(updates.size());
    for (Update update : updates) {
      if (!seen.add(update.state())) {
        throw new StateException(
            "step: state '" + update.state().name() + "' is updated twice; combine the updates");
      }
      roots.add(new Backend.Root(update.value().node(), update.state().buffer()));
    }
    return roots;
  }

  /// The one device of everything; null if there is nothing.
  ///
  /// @throws DeviceException if there are several
  static @Nullable Device device(List<Tensor> outputs, List<Update> updates) {
    Device device = null;
    for (Tensor output : outputs) {
      device = same(device, output.device());
    }
    for (Update update : updates) {
      device = same(device, update.value().device());
    }
    return device;
  }

  /// Evaluates tensors; afterwards each holds its value and its graph is let go.
  ///
  /// @param outputs what to evaluate
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

  /// {@return the buffer of an input node}
  ///
  /// @param input an input node
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
      case Source.Number n ->
          throw new IllegalArgumentException("buffer: a dynamic scalar has none: " + input);
      case Source.Argument(int index) -> throw Source.Argument.unknown(index);
      case null -> throw new IllegalArgumentException("buffer: not an input: " + input);
    };
  }

  private static Device same(@Nullable Device a, Device b) {
    if (a != null && !a.equals(b)) {
      throw new DeviceException("step: tensors on " + a + " and " + b + ", expected one device");
    }
    return b;
  }
}
