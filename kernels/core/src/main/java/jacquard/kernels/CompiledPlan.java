package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Source;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A plan with its inputs looked up: a run fills in arguments, scalars and new buffers for results,
/// and nothing else is made.
final class CompiledPlan implements Backend.Compiled {
  private final PlannedBackend backend;
  private final Target.Program program;

  /// By slot; entries of arguments and of [#fresh] results change from run to run.
  private final @Nullable Buffer[] externals;

  /// Slot of each argument; -1 for one that nothing reads.
  private final int[] argumentSlots;

  private final Source.Number[] scalars;
  private final long[] dynamics;
  private final List<Result> results = new ArrayList<>();

  /// @param into where the value goes, or null for a new buffer
  private record Result(DType dtype, int size, @Nullable Buffer into) {}

  CompiledPlan(
      PlannedBackend backend, Target.Program program, PlanKey key, List<Backend.Root> roots) {
    this.backend = backend;
    this.program = program;
    List<@Nullable Buffer> inputs = key.inputs();
    externals = new @Nullable Buffer[inputs.size() + roots.size()];
    for (int i = 0; i < inputs.size(); i++) {
      externals[i] = inputs.get(i);
    }
    argumentSlots = argumentSlots(key);
    scalars = key.dynamics().toArray(Source.Number[]::new);
    dynamics = new long[scalars.length];
    for (Backend.Root root : roots) {
      Node node = root.node();
      results.add(new Result(node.dtype(), node.shape().arraySize(), root.into()));
    }
  }

  /// @throws jacquard.tensor.StateException if an argument is read: this is not a compiled step
  void requireNoArguments() {
    for (int i = 0; i < argumentSlots.length; i++) {
      if (argumentSlots[i] >= 0) {
        throw Source.Argument.unknown(i);
      }
    }
  }

  private static int[] argumentSlots(PlanKey key) {
    List<Integer> slots = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      if (key.node(i).input() instanceof Source.Argument(int index)) {
        while (slots.size() <= index) {
          slots.add(-1);
        }
        slots.set(index, key.slotOf(i));
      }
    }
    return slots.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public List<Buffer> run(List<Buffer> arguments) {
    synchronized (backend) {
      List<Buffer> buffers = bind(arguments);
      backend.run(program, externals, dynamics);
      return buffers;
    }
  }

  /// Runs without arguments, with each task timed.
  ///
  /// @return false if the device can't
  boolean time(Timing timing) {
    requireNoArguments();
    synchronized (backend) {
      bind(List.of());
      return program.run(externals, dynamics, timing);
    }
  }

  private List<Buffer> bind(List<Buffer> arguments) {
    for (int i = 0; i < argumentSlots.length; i++) {
      if (argumentSlots[i] >= 0) {
        externals[argumentSlots[i]] = arguments.get(i);
      }
    }
    for (int i = 0; i < scalars.length; i++) {
      dynamics[i] = scalars[i].bits();
    }
    List<Buffer> buffers = new ArrayList<>(results.size());
    int first = externals.length - results.size();
    for (int i = 0; i < results.size(); i++) {
      Result result = results.get(i);
      Buffer buffer =
          result.into != null ? result.into : backend.allocate(result.dtype, result.size);
      externals[first + i] = buffer;
      buffers.add(buffer);
    }
    return buffers;
  }
}
