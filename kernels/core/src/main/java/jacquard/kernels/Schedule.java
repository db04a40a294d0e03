package jacquard.kernels;

import jacquard.tensor.DType;
import java.util.List;

/// What a plan does, independent of the device: tasks in order, and where each value lives.
///
/// @param tasks in the order in which they run
/// @param values memory of every value that tasks name
/// @param arena elements of the arena per dtype storage, see [MemoryPlan]
/// @param inputs number of buffers given at each run, after which come the buffers of results
/// @param dynamics number of scalars given at each run
/// @param results per root, the value that holds it
public record Schedule(
    List<Task> tasks,
    List<Value> values,
    MemoryPlan arena,
    int inputs,
    int dynamics,
    List<Integer> results) {

  public Schedule {
    tasks = List.copyOf(tasks);
    values = List.copyOf(values);
    results = List.copyOf(results);
  }

  /// Memory of a value.
  public sealed interface Value {
    DType dtype();

    int size();

    /// Elements `offset .. offset + size - 1` of the dtype's arena.
    record Arena(DType dtype, int size, int offset) implements Value {}

    /// A buffer given at each run: an input, a state, or the memory of a result.
    ///
    /// @param slot number of the buffer
    record External(DType dtype, int size, int slot) implements Value {}
  }

  /// Number of tasks, epilogues counted with their contraction.
  public int size() {
    return tasks.size();
  }
}
