package jacquard.kernels.csource;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which calls are one launch, and in which order launches run.
///
/// Calls of the same kernel are joined if no chain of others leads from one to the other: each
/// element of memory is read and written in the same order as before, so results have the same
/// bits. What was before what in the list stays so unless it has to change.
final class Joining {
  /// Elements of memory that a call reads, or reads and writes.
  ///
  /// @param space the memory
  /// @param begin first element
  /// @param end one more than the last
  /// @param writes whether they are written
  record Touch(int space, long begin, long end, boolean writes) {
    boolean excludes(Touch other) {
      return (writes || other.writes)
          && space == other.space
          && begin < other.end
          && other.begin < end;
    }
  }

  /// A call as far as it matters here.
  ///
  /// @param kernel calls with equal ones may be one launch; null for one that is always alone
  /// @param touches all memory that it reads or writes
  record Part(@Nullable Object kernel, List<Touch> touches) {}

  private record Past(Touch touch, int launch) {}

  private final List<List<Integer>> launches = new ArrayList<>();

  /// Of each launch, all that must run before it.
  private final List<BitSet> before = new ArrayList<>();

  private final Map<Integer, List<Past>> pastBySpace = new HashMap<>();

  private Joining() {}

  /// @param parts in an order in which they could run alone
  /// @return the numbers of the parts of each launch
  static List<List<Integer>> of(List<Part> parts) {
    Joining joining = new Joining();
    Map<Object, List<Integer>> byKernel = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      BitSet needed = joining.needed(part);
      Object kernel = part.kernel;
      List<Integer> alike =
          kernel == null
              ? new ArrayList<>()
              : byKernel.computeIfAbsent(kernel, k -> new ArrayList<>());
      int launch = -1;
      for (int l : alike.reversed()) {
        if (!needed.get(l)) {
          launch = l;
          break;
        }
      }
      if (launch < 0) {
        launch = joining.launches.size();
        alike.add(launch);
        joining.launches.add(new ArrayList<>());
        joining.before.add(new BitSet());
      }
      joining.add(i, part, launch, needed);
    }
    return joining.ordered();
  }

  /// All launches that must run before a call that comes after them in the list.
  private BitSet needed(Part part) {
    BitSet needed = new BitSet();
    for (Touch touch : part.touches) {
      for (Past past : pastBySpace.getOrDefault(touch.space, List.of())) {
        if (!needed.get(past.launch) && touch.excludes(past.touch)) {
          needed.set(past.launch);
          needed.or(before.get(past.launch));
        }
      }
    }
    return needed;
  }

  private void add(int number, Part part, int launch, BitSet needed) {
    launches.get(launch).add(number);
    for (Touch touch : part.touches) {
      pastBySpace.computeIfAbsent(touch.space, s -> new ArrayList<>()).add(new Past(touch, launch));
    }
    before.get(launch).or(needed);
    for (BitSet others : before) {
      if (others.get(launch)) {
        others.or(needed);
      }
    }
  }

  /// Again and again the first launch that nothing has to run before.
  private List<List<Integer>> ordered() {
    List<List<Integer>> ordered = new ArrayList<>();
    BitSet done = new BitSet();
    while (ordered.size() < launches.size()) {
      int next = done.nextClearBit(0);
      while (!isReady(next, done)) {
        next = done.nextClearBit(next + 1);
      }
      done.set(next);
      ordered.add(List.copyOf(launches.get(next)));
    }
    return ordered;
  }

  private boolean isReady(int launch, BitSet done) {
    BitSet missing = (BitSet) before.get(launch).clone();
    missing.andNot(done);
    return missing.isEmpty();
  }
}
