package jacquard.nn;

import jacquard.nn.data.SplitMix;
import java.util.Arrays;

/// Numbers that are sorted, the largest first, only as far as they are taken: n of N take about `N
/// + n log n` comparisons where sorting takes `N log N`.
///
/// A quicksort that puts off its later parts. Places to divide at are drawn, so that no order of
/// the numbers is a bad one; equal numbers are never divided.
///
/// @see <a href="https://doi.org/10.1137/1.9781611972863.16">Paredes, Navarro: Optimal incremental
///   sorting</a>
final class LargestFirst {
  private final double[] values;
  private final SplitMix random = new SplitMix(1);

  /// Ends of stretches, the nearest last: what lies before one is not less than what lies behind.
  private int[] ends = new int[16];

  private int count = 1;

  /// Values before this are where they belong.
  private int sorted;

  private int taken;

  /// @param values without NaN; their order is changed
  LargestFirst(double[] values) {
    this.values = values;
    ends[0] = values.length;
  }

  boolean hasMore() {
    return taken < values.length;
  }

  /// The largest of those that are left.
  double take() {
    while (taken == sorted) {
      divide();
    }
    return values[taken++];
  }

  /// Moves the larger values of the first stretch to its front; once those are all equal, they are
  /// sorted.
  private void divide() {
    while (ends[count - 1] == sorted) {
      count--;
    }
    int end = ends[count - 1];
    double pivot = values[sorted + random.nextInt(end - sorted)];
    int larger = sorted;
    int smaller = end;
    for (int at = sorted; at < smaller; ) {
      if (values[at] > pivot) {
        swap(at++, larger++);
      } else if (values[at] < pivot) {
        swap(at, --smaller);
      } else {
        at++;
      }
    }
    if (larger == sorted) {
      sorted = smaller;
    } else {
      push(smaller);
      push(larger);
    }
  }

  private void push(int end) {
    if (end < ends[count - 1]) {
      ends = count < ends.length ? ends : Arrays.copyOf(ends, 2 * count);
      ends[count++] = end;
    }
  }

  private void swap(int i, int j) {
    double value = values[i];
    values[i] = values[j];
    values[j] = value;
  }
}
