package jacquard.kernels;

import jacquard.kernels.Schedule.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Last pass: the memory of every value. A map, also one on the rows of a product, may overwrite an
/// arena value that it reads for the last time, at the index it writes.
final class Placement {
  private final List<Task> tasks;
  private final List<Vertex> values;
  private final Map<Vertex, Integer> externals;
  private final int[] first;
  private final int[] last;

  /// The value whose memory a value uses; itself if its own.
  private final int[] storage;

  Placement(List<Task> tasks, List<Vertex> values, Map<Vertex, Integer> externals) {
    this.tasks = tasks;
    this.values = values;
    this.externals = externals;
    this.first = new int[values.size()];
    this.last = new int[values.size()];
    this.storage = new int[values.size()];
  }

  Schedule place(PlanKey key, List<Integer> results) {
    Arrays.fill(first, Integer.MAX_VALUE);
    Arrays.fill(last, -1);
    for (int t = 0; t < tasks.size(); t++) {
      for (int v : tasks.get(t).reads()) {
        touch(v, t);
      }
      for (int v : tasks.get(t).writes()) {
        touch(v, t);
      }
    }
    Arrays.setAll(storage, v -> v);
    for (int t = 0; t < tasks.size(); t++) {
      Task task = tasks.get(t);
      if (task instanceof Task.Loop loop) {
        overwrite(loop, t, List.of());
      } else if (task instanceof Task.Dot dot && dot.epilogue() != null) {
        overwrite(dot.epilogue(), t, List.of(dot.a(), dot.b(), dot.c()));
      }
    }
    int[] offsets = new int[values.size()];
    List<MemoryPlan.Lifetime> lifetimes = new ArrayList<>();
    for (int v = 0; v < values.size(); v++) {
      if (isArena(v) && storage[v] == v && last[v] >= 0) {
        Vertex vertex = values.get(v);
        lifetimes.add(
            new MemoryPlan.Lifetime(v, vertex.dtype, vertex.shape.arraySize(), first[v], last[v]));
      }
    }
    MemoryPlan plan = MemoryPlan.place(lifetimes, offsets);
    List<Value> places = new ArrayList<>();
    for (int v = 0; v < values.size(); v++) {
      places.add(place(v, offsets));
    }
    return new Schedule(tasks, places, plan, key.inputs().size(), key.dynamics().size(), results);
  }

  private void touch(int value, int task) {
    first[value] = Math.min(first[value], task);
    last[value] = Math.max(last[value], task);
  }

  private boolean isInput(int v) {
    return values.get(v).isGiven();
  }

  private boolean isArena(int v) {
    return !isInput(v) && !externals.containsKey(values.get(v));
  }

  private Value place(int v, int[] offsets) {
    Vertex vertex = values.get(v);
    int size = vertex.shape.arraySize();
    if (isInput(v)) {
      return new Value.External(vertex.dtype, size, vertex.slot);
    }
    Integer slot = externals.get(vertex);
    return slot != null
        ? new Value.External(vertex.dtype, size, slot)
        : new Value.Arena(vertex.dtype, size, offsets[storage[v]]);
  }

  /// @param others values that the task reads or writes beside the loop, at any index
  private void overwrite(Task.Loop loop, int task, List<Integer> others) {
    if (loop.kernel().reduces()) {
      return;
    }
    Set<Integer> taken = new HashSet<>();
    for (int other : others) {
      taken.add(storage[other]);
    }
    Map<Integer, Launch.Walk> walkOf = new HashMap<>();
    List<Integer> unfit = new ArrayList<>();
    List<Integer> written = loop.writes();
    for (int i = 0; i < loop.values().length(); i++) {
      int v = loop.values().get(i);
      Launch.Walk before = v < 0 ? null : walkOf.put(v, loop.launch().walks().get(i));
      if (before != null && !before.equals(loop.launch().walks().get(i))) {
        unfit.add(v);
      }
    }
    for (int result : written) {
      if (!isArena(result) || storage[result] != result || first[result] != task) {
        continue;
      }
      for (int read : loop.reads()) {
        boolean dies = isArena(read) && !written.contains(read) && last[storage[read]] == task;
        if (dies
            && !unfit.contains(read)
            && !taken.contains(storage[read])
            && values.get(read).dtype == values.get(result).dtype
            && values.get(read).shape.size() == values.get(result).shape.size()
            && java.util.Objects.equals(walkOf.get(read), walkOf.get(result))) {
          int target = storage[read];
          storage[result] = target;
          last[target] = Math.max(last[target], last[result]);
          break;
        }
      }
    }
  }
}
