package jacquard.kernels.csource;

import jacquard.kernels.MemoryPlan;
import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.kernels.Task;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A schedule as calls, and the numbers of all of them in one array.
///
/// Buffers are counted in *slots*: the arena's region of a dtype has the dtype's number, after
/// which come the buffers given at each run.
///
/// @param tasks the calls of each task, in order
/// @param numbers of every call: the slots of its buffers, the last one first, then its numbers,
///   which begin at [Placed#at]
/// @param slots how many there are
/// @param looksUp whether a kernel may meet an index outside
/// @param arena the schedule's plan, with room for what tasks want for themselves
public record Listing(
    List<List<Placed>> tasks, Ints numbers, int slots, boolean looksUp, MemoryPlan arena) {

  /// A call and its place in the list of numbers.
  ///
  /// @param call the launch
  /// @param at where its numbers begin
  public record Placed(Call call, int at) {}

  /// Copies the list of tasks.
  public Listing {
    tasks = List.copyOf(tasks);
  }

  /// {@return all calls of a schedule, with their numbers one behind the other}
  ///
  /// @param dialect OpenCL C or CUDA C
  /// @param schedule whose values the task names
  /// @param tiles of products
  public static Listing of(Dialect dialect, Schedule schedule, Tiles tiles) {
    List<List<Placed>> tasks = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    int externals = 0;
    for (Value value : schedule.values()) {
      externals = value instanceof Value.External e ? Math.max(externals, e.slot() + 1) : externals;
    }
    boolean looksUp = false;
    Map<DType, Integer> arena = new EnumMap<>(DType.class);
    arena.putAll(schedule.arena().elements());
    for (Task task : schedule.tasks()) {
      List<Placed> calls = new ArrayList<>();
      for (Call call : Calls.of(dialect, schedule, task, tiles)) {
        for (int value : call.values().reversed()) {
          numbers.add(slot(schedule, value));
        }
        if (call.arenaElements() > 0) {
          arena.merge(DType.F32, call.arenaElements(), Math::max);
        }
        calls.add(new Placed(call, numbers.size()));
        for (int n : call.numbers().toArray()) {
          numbers.add(n);
        }
      }
      tasks.add(calls);
      looksUp |= task instanceof Task.Gather || task instanceof Task.ScatterAdd;
    }
    Ints all = Ints.of(numbers.stream().mapToInt(n -> n).toArray());
    return new Listing(
        tasks, all, DType.values().length + externals, looksUp, new MemoryPlan(arena));
  }

  private static int slot(Schedule schedule, int value) {
    return value == Call.SCRATCH
        ? DType.F32.ordinal()
        : switch (schedule.values().get(value)) {
          case Value.Arena a -> a.dtype().ordinal();
          case Value.External e -> DType.values().length + e.slot();
        };
  }

  /// All kernels, each once: texts by name, in the order of their first call.
  ///
  /// @return the texts
  public Map<String, String> kernels() {
    Map<String, String> kernels = new LinkedHashMap<>();
    for (List<Placed> calls : tasks) {
      for (Placed placed : calls) {
        kernels.putIfAbsent(placed.call.entry(), placed.call.text());
      }
    }
    return kernels;
  }
}
