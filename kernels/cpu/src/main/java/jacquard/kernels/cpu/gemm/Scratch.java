package jacquard.kernels.cpu.gemm;

import org.jspecify.annotations.Nullable;

/// Packing memory of one worker: arrays that grow to the largest product seen and stay.
public final class Scratch {
  private static final int USES = 6;

  private final @Nullable Object[] arrays = new Object[2 * USES];

  private int[] starts = new int[64];

  /// Room for `count` indices.
  int[] starts(int count) {
    if (starts.length < count) {
      starts = new int[count];
    }
    return starts;
  }

  /// What an array is for.
  public enum Use {
    /// Packed panels of B.
    B_PANELS,
    /// Packed tiles of A.
    A_TILES,
    /// A tile of C at the right edge.
    EDGE,
    /// Padded copies of images.
    IMAGES,
    /// Filters in another order.
    FILTERS,
    /// Sums of a weight gradient.
    SUMS
  }

  /// An array for `use` of at least `length` elements after its first [Element#lineStart()], with
  /// unspecified contents.
  public Object array(Element element, Use use, int length) {
    int slot = element.ordinal() * USES + use.ordinal();
    Object array = arrays[slot];
    int needed = Math.addExact(length, element.lineStart() + 16);
    if (array == null || element.loops().length(array) < needed) {
      array = element.loops().array(Math.max(needed, 1024));
      arrays[slot] = array;
    }
    return array;
  }
}
