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
/// @param tasks the calls of each task, in order, each a launch of its own
/// @param launches the same calls in fewer launches, in an order that gives the same bits
/// @param numbers of every call: the slots of its buffers, the last one first, then its numbers,
///   which begin at [Placed#at]; and the table of each launch of several calls
/// @param slots how many there are
/// @param looksUp whether a kernel may meet an index outside
/// @param arena the schedule's plan, with room for what tasks want for themselves
public record Listing(
    List<List<Placed>> tasks,
    List<Placed> launches,
    Ints numbers,
    int slots,
    boolean looksUp,
    MemoryPlan arena) {

  /// A launch of one call or of several, and its place in the list of numbers.
  ///
  /// @param call what is done, or the first of several calls of the same kernel
  /// @param task number of the task that it is a part of
  /// @param at where its numbers begin; of several calls, where their table begins: below 0 if the
  ///   kernel is that of one call
  /// @param groups of all calls
  public record Placed(Call call, int task, int at, int groups) {}

  /// What calls must agree in to be one launch.
  private record Alike(String entry, int groupSize, int dynamicBytes) {}

  /// Copies the lists.
  public Listing {
    tasks = List.copyOf(tasks);
    launches = List.copyOf(launches);
  }

  /// {@return all calls of a schedule, with their numbers one behind the other}
  ///
  /// @param dialect OpenCL C or CUDA C
  /// @param schedule whose values the task names
  /// @param tiles of products and attention
  public static Listing of(Dialect dialect, Schedule schedule, Tiles tiles) {
    List<List<Placed>> tasks = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    int externals = 0;
    for (Value value : schedule.values()) {
      externals = value instanceof Value.External e ? Math.max(externals, e.slot() + 1) : externals;
    }
    int slots = DType.values().length + externals;
    boolean looksUp = false;
    Map<DType, Integer> arena = new EnumMap<>(DType.class);
    arena.putAll(schedule.arena().elements());
    List<Joining.Part> parts = new ArrayList<>();
    for (int t = 0; t < schedule.tasks().size(); t++) {
      Task task = schedule.tasks().get(t);
      boolean reports = task instanceof Task.Gather || task instanceof Task.ScatterAdd;
      looksUp |= reports;
      List<Placed> calls = new ArrayList<>();
      for (Call call : Calls.of(dialect, schedule, task, tiles)) {
        for (int value : call.values().reversed()) {
          numbers.add(slot(schedule, value));
        }
        if (call.arenaElements() > 0) {
          arena.merge(DType.F32, call.arenaElements(), Math::max);
        }
        calls.add(new Placed(call, t, numbers.size(), call.groups()));
        for (int n : call.numbers().toArray()) {
          numbers.add(n);
        }
        List<Joining.Touch> touches = touches(schedule, task, call);
        if (reports) {
          // the first index outside is the one that is told
          touches.add(new Joining.Touch(slots, 0, 1, true));
        }
        Alike alike = new Alike(call.entry(), call.groupSize(), call.dynamicBytes());
        parts.add(new Joining.Part(dialect.joins(call) ? alike : null, touches));
      }
      tasks.add(calls);
    }
    List<Placed> launches = launches(dialect, tasks, Joining.of(parts), numbers);
    Ints all = Ints.of(numbers.stream().mapToInt(n -> n).toArray());
    return new Listing(tasks, launches, all, slots, looksUp, new MemoryPlan(arena));
  }

  private static List<Joining.Touch> touches(Schedule schedule, Task task, Call call) {
    List<Joining.Touch> touches = new ArrayList<>();
    for (int i = 0; i < call.values().size(); i++) {
      int value = call.values().get(i);
      boolean scratch = value == Call.SCRATCH;
      long begin = call.numbers().get(i);
      long end = scratch ? call.arenaElements() : begin + schedule.values().get(value).size();
      boolean writes = scratch || task.writes().contains(value);
      touches.add(new Joining.Touch(slot(schedule, value), begin, end, writes));
    }
    return touches;
  }

  /// Adds the tables of launches of several calls to the numbers: how many calls, for each its
  /// first group and where its numbers begin, and the number of all groups.
  private static List<Placed> launches(
      Dialect dialect,
      List<List<Placed>> tasks,
      List<List<Integer>> joined,
      List<Integer> numbers) {
    List<Placed> calls = tasks.stream().flatMap(List::stream).toList();
    List<Placed> launches = new ArrayList<>();
    for (List<Integer> all : joined) {
      Placed first = calls.get(all.getFirst());
      int most = dialect.hasBufferArguments() ? JoinedCall.most(first.call) : all.size();
      for (int from = 0; from < all.size(); from += most) {
        List<Placed> together =
            all.subList(from, Math.min(all.size(), from + most)).stream().map(calls::get).toList();
        launches.add(
            together.size() == 1 ? together.getFirst() : together(dialect, together, numbers));
      }
    }
    return launches;
  }

  private static Placed together(Dialect dialect, List<Placed> calls, List<Integer> numbers) {
    Placed first = calls.getFirst();
    int table = numbers.size();
    int groups = 0;
    numbers.add(calls.size());
    for (Placed placed : calls) {
      numbers.add(groups);
      numbers.add(placed.at);
      groups = Math.addExact(groups, placed.groups);
    }
    numbers.add(groups);
    return dialect.hasBufferArguments()
        ? new Placed(
            JoinedCall.of(calls.stream().map(Placed::call).toList()), first.task, table, groups)
        : new Placed(first.call, first.task, -table, groups);
  }

  private static int slot(Schedule schedule, int value) {
    return value == Call.SCRATCH
        ? DType.F32.ordinal()
        : switch (schedule.values().get(value)) {
          case Value.Arena a -> a.dtype().ordinal();
          case Value.External e -> DType.values().length + e.slot();
        };
  }

  /// All kernels of the tasks, each once: texts by name, in the order of their first call.
  ///
  /// @return the texts
  public Map<String, String> kernels() {
    return kernels(tasks.stream().flatMap(List::stream).toList());
  }

  /// {@return the kernels of some launches, each once: texts by name, in the order of their first
  /// call}
  ///
  /// @param some of [#launches] or [#tasks]
  public static Map<String, String> kernels(List<Placed> some) {
    Map<String, String> kernels = new LinkedHashMap<>();
    for (Placed placed : some) {
      kernels.putIfAbsent(placed.call.entry(), placed.call.text());
    }
    return kernels;
  }
}
