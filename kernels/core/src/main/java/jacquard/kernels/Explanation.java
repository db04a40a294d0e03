package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A plan, and how the passes came to it.
///
/// @param schedule what is run
/// @param stages the passes, in order
/// @param parts one for each task
public record Explanation(Schedule schedule, List<Stage> stages, List<Part> parts) {

  /// Copies the lists.
  public Explanation {
    stages = List.copyOf(stages);
    parts = List.copyOf(parts);
  }

  /// What a pass did.
  ///
  /// @param name of the pass
  /// @param before what it was given, such as `1204 nodes`
  /// @param after what it made of it
  /// @param notes more of what it did, a line each
  public record Stage(String name, String before, String after, List<String> notes) {
    /// Copies the notes.
    public Stage {
      notes = List.copyOf(notes);
    }
  }

  /// The operations that a task covers, and why it covers no more.
  ///
  /// @param nodes computed here, in the order of the graph; a node may be in several parts, where
  ///   it is cheaper to compute it again than to keep it
  /// @param ends one for each value that leaves the task, and each task that reads it
  public record Part(List<Node> nodes, List<End> ends) {
    /// Copies the lists.
    public Part {
      nodes = List.copyOf(nodes);
      ends = List.copyOf(ends);
    }
  }

  /// Where a task ends.
  ///
  /// @param value that is written to memory
  /// @param node it is the value of; null for a copy that no operation asked for
  /// @param reader the task that reads it; -1 if it is a result
  /// @param why the reader is no part of the task
  public record End(int value, @Nullable Node node, int reader, String why) {}

  /// A value in an arena while it lives.
  ///
  /// @param value number of the value in the schedule
  /// @param dtype dtype of the elements
  /// @param byteOffset within the arenas of all dtypes, one above the other
  /// @param bytes size in bytes
  /// @param first task that writes it
  /// @param last task that reads or writes it
  public record Block(int value, DType dtype, long byteOffset, long bytes, int first, int last) {}

  /// {@return the memory plan as a picture: offset against time} Blocks that overlap in both are
  /// one value that takes over the memory of another with the task that reads that last.
  public List<Block> blocks() {
    int count = schedule.values().size();
    int[] first = new int[count];
    int[] last = new int[count];
    Arrays.fill(first, -1);
    for (int t = 0; t < schedule.size(); t++) {
      Task task = schedule.tasks().get(t);
      List<Integer> touched = new ArrayList<>(task.reads());
      touched.addAll(task.writes());
      for (int v : touched) {
        first[v] = first[v] < 0 ? t : first[v];
        last[v] = t;
      }
    }
    Map<DType, Long> below = new EnumMap<>(DType.class);
    long total = 0;
    for (DType dtype : DType.values()) {
      below.put(dtype, total);
      total += (long) dtype.bytes() * schedule.arena().elements().getOrDefault(dtype, 0);
    }
    List<Block> blocks = new ArrayList<>();
    for (int v = 0; v < count; v++) {
      if (first[v] >= 0 && schedule.values().get(v) instanceof Schedule.Value.Arena arena) {
        DType dtype = arena.dtype();
        long width = dtype.bytes();
        long offset = below.getOrDefault(dtype, 0L) + arena.offset() * width;
        blocks.add(new Block(v, dtype, offset, arena.size() * width, first[v], last[v]));
      }
    }
    return blocks;
  }
}
