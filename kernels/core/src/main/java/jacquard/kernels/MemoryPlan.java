package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Offsets of values in one arena per dtype, from exact lifetimes: two values overlap only if they
/// never live at the same time.
///
/// @param elements size of each arena in elements
public record MemoryPlan(Map<DType, Integer> elements) {

  /// Offsets are multiples of this many bytes: a cache line.
  public static final int ALIGNMENT_BYTES = 64;

  /// Copies the map.
  public MemoryPlan {
    elements = Map.copyOf(elements);
  }

  /// A value to place.
  ///
  /// @param value number of the value in the schedule
  /// @param dtype dtype of the elements
  /// @param size number of elements
  /// @param first task that writes it first
  /// @param last task that reads or writes it last
  public record Lifetime(int value, DType dtype, int size, int first, int last) {
    boolean overlaps(Lifetime other) {
      return first <= other.last && other.first <= last;
    }
  }

  /// {@return bytes of all arenas}
  public long bytes() {
    long bytes = 0;
    for (Map.Entry<DType, Integer> e : elements.entrySet()) {
      bytes += (long) e.getKey().bytes() * e.getValue();
    }
    return bytes;
  }

  /// Places values: largest first, each at the lowest offset where it fits (ties by value number,
  /// so that plans are reproducible).
  ///
  /// @param offsets receives the offset of each value in elements, indexed by value number
  static MemoryPlan place(List<Lifetime> lifetimes, int[] offsets) {
    Map<DType, Integer> sizes = new EnumMap<>(DType.class);
    Map<DType, List<Lifetime>> placed = new EnumMap<>(DType.class);
    List<Lifetime> order = new ArrayList<>(lifetimes);
    order.sort(Comparator.comparingInt((Lifetime l) -> -l.size).thenComparingInt(Lifetime::value));
    for (Lifetime lifetime : order) {
      int step = ALIGNMENT_BYTES / lifetime.dtype.bytes();
      List<Lifetime> others = placed.computeIfAbsent(lifetime.dtype, k -> new ArrayList<>());
      List<Lifetime> rivals =
          others.stream()
              .filter(lifetime::overlaps)
              .sorted(Comparator.comparingInt(l -> offsets[l.value]))
              .toList();
      long at = 0;
      for (Lifetime rival : rivals) {
        if (offsets[rival.value] - at >= lifetime.size) {
          break;
        }
        long end = (long) offsets[rival.value] + rival.size;
        at = Math.max(at, Math.ceilDiv(end, step) * step);
      }
      if (at + lifetime.size > Integer.MAX_VALUE - step) {
        throw new ShapeException(
            "memory plan: "
                + (at + lifetime.size)
                + " "
                + lifetime.dtype
                + " elements live at once, an arena holds at most 2147483519; use a smaller batch, or Checkpoint");
      }
      offsets[lifetime.value] = (int) at;
      others.add(lifetime);
      sizes.merge(lifetime.dtype, (int) at + lifetime.size, Math::max);
    }
    return new MemoryPlan(sizes);
  }
}
