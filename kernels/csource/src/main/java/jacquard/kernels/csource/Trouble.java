package jacquard.kernels.csource;

import jacquard.tensor.IndexException;
import java.util.function.IntFunction;

/// What kernels note when an index is outside: four numbers on the device, which whoever reads a
/// value looks at. Looking after each gather would stop the queue.
public final class Trouble {
  /// 1 for a gather and 2 for a scatter-add, the place in the index tensor, the index, and how many
  /// rows there are.
  public static final int NUMBERS = 4;

  private final IntFunction<int[]> read;
  private final Runnable clear;
  private boolean expected;

  /// Reads and clears a device's note of what went wrong.
  ///
  /// @param read gives that many numbers that the device holds
  /// @param clear sets them to zero
  public Trouble(IntFunction<int[]> read, Runnable clear) {
    this.read = read;
    this.clear = clear;
  }

  /// Says that a kernel that looks at indices is on its way.
  public void expect() {
    expected = true;
  }

  /// Throws what kernels noted since the last check.
  ///
  /// @throws IndexException if an index was outside
  public void check() {
    if (!expected) {
      return;
    }
    expected = false;
    int[] found = read.apply(NUMBERS);
    if (found[0] != 0) {
      clear.run();
      throw new IndexException(
          (found[0] == 1 ? "gather" : "scatterAdd")
              + ": index "
              + found[2]
              + " at position "
              + found[1]
              + " of the index tensor, expected 0 to "
              + (found[3] - 1));
    }
  }
}
