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

  /// Copies the lists.
  public Schedule {
    tasks = List.copyOf(tasks);
    values = List.copyOf(values);
    results = List.copyOf(results);
  }

  /// Memory of a value.
  public sealed interface Value {
    /// {@return dtype of its elements}
    DType dtype();

    /// {@return number of its elements}
    int size();

    /// Elements `offset .. offset + size - 1` of the dtype's arena.
    ///
    /// @param dtype dtype of the elements
    /// @param size number of elements
    /// @param offset first element in the arena
    record Arena(DType dtype, int size, int offset) implements Value {}

    /// A buffer given at each run: an input, a state, or the memory of a result.
    ///
    /// @param dtype dtype of the elements
    /// @param size number of elements
    /// @param slot number of the buffer
    record External(DType dtype, int size, int slot) implements Value {}
  }

  /// {@return whether a value that a product computes has to be written: another task reads it than
  /// the product's own epilogue, or the caller does}
  ///
  /// @param value number of the value
  public boolean isKept(int value) {
    return values.get(value) instanceof Value.External
        || tasks.stream().anyMatch(task -> task.reads().contains(value));
  }

  /// {@return number of tasks, epilogues counted with their contraction}
  public int size() {
    return tasks.size();
  }
}
