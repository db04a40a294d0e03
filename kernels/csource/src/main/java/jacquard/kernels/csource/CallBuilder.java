package jacquard.kernels.csource;

import jacquard.kernels.MemoryPlan;
import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import java.util.ArrayList;
import java.util.List;

/// Collects the arguments of a [Call].
final class CallBuilder {
  /// Groups of a grid: items walk on in steps of the grid if there is more to do.
  private static final int MOST_GROUPS = 1 << 16;

  /// Elements of the arena of f32 up to which a task may have memory of its own.
  private static final int MOST_SCRATCH = 1 << 30;

  /// Elements of a cache line: values begin at one.
  private static final int LINE = MemoryPlan.ALIGNMENT_BYTES / Float.BYTES;

  private final List<Integer> values = new ArrayList<>();
  private final List<Integer> starts = new ArrayList<>();
  private final List<Integer> numbers = new ArrayList<>();
  private final Schedule schedule;
  private int scratch;

  CallBuilder(Schedule schedule) {
    this.schedule = schedule;
  }

  Schedule schedule() {
    return schedule;
  }

  /// Where memory of a task's own begins: behind the arena's f32 elements.
  private static int scratchStart(Schedule schedule) {
    int planned = schedule.arena().elements().getOrDefault(DType.F32, 0);
    return Math.ceilDiv(planned, LINE) * LINE;
  }

  /// Whether there may be so many f32 elements for the task alone.
  static boolean hasScratch(Schedule schedule, long elements) {
    return scratchStart(schedule) + elements <= MOST_SCRATCH;
  }

  /// A buffer argument: f32 memory whose content is lost when the task is over.
  CallBuilder scratch(int elements) {
    return scratch(0, elements);
  }

  /// A part of it.
  CallBuilder scratch(int from, int elements) {
    int start = scratchStart(schedule) + from;
    values.add(Call.SCRATCH);
    starts.add(start);
    scratch = Math.max(scratch, start + elements);
    return this;
  }

  /// A buffer argument: where in its memory the value begins is in the plan.
  CallBuilder buffer(int value) {
    values.add(value);
    starts.add(
        switch (schedule.values().get(value)) {
          case Value.Arena a -> a.offset();
          case Value.External e -> 0;
        });
    return this;
  }

  /// Element dtype of a value.
  DType dtype(int value) {
    return schedule.values().get(value).dtype();
  }

  CallBuilder number(int... more) {
    for (int n : more) {
      numbers.add(n);
    }
    return this;
  }

  CallBuilder numbers(Ints more) {
    return number(more.toArray());
  }

  /// @param text of the kernel, with [Dialect#ENTRY] for its name
  /// @param kind what its name begins with
  /// @param items that have something to do, each alone
  Call items(String text, String kind, long items, int groupSize) {
    return groups(text, kind, Math.ceilDiv(items, groupSize), groupSize, 0);
  }

  /// @param localBytes memory that a group shares, which the kernel declares
  Call groups(String text, String kind, long groups, int groupSize, int localBytes) {
    return call(text, kind, Math.clamp(groups, 1, MOST_GROUPS), groupSize, localBytes, 0);
  }

  /// @param dynamicBytes memory that a group shares, which the kernel doesn't declare
  Call dynamic(String text, String kind, long groups, int groupSize, int dynamicBytes) {
    int count = Math.clamp(groups, 1, MOST_GROUPS);
    return call(text, kind, count, groupSize, dynamicBytes, dynamicBytes);
  }

  /// As [#groups], but groups don't walk on: there is one for each thing to do.
  Call all(String text, String kind, long groups, int groupSize, int localBytes) {
    return call(text, kind, Math.toIntExact(Math.max(1, groups)), groupSize, localBytes, 0);
  }

  private Call call(
      String text, String kind, int groups, int groupSize, int localBytes, int dynamicBytes) {
    int[] all = new int[starts.size() + numbers.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = i < starts.size() ? starts.get(i) : numbers.get(i - starts.size());
    }
    String entry = kind + "_" + TextHash.of(text).substring(0, 16);
    return new Call(
        text.replace(Dialect.ENTRY, entry),
        entry,
        values,
        Ints.of(all),
        groups,
        groupSize,
        localBytes,
        dynamicBytes,
        scratch);
  }
}
