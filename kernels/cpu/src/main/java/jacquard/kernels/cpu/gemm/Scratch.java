package jacquard.kernels.cpu.gemm;

import org.jspecify.annotations.Nullable;

/// Packing memory of one worker: arrays that grow to the largest product seen and stay.
public final class Scratch {
  private static final int USES = 8;

  /// Size of an array for packed operands at least. The collector gives an array of half a heap
  /// region and more (a region has 1 to 4 MiB in heaps up to 8 GiB) regions of its own, so that
  /// [Element#lineStart()] is what it says. A smaller one begins anywhere, and then most 512-bit
  /// accesses cross a line.
  private static final int LARGE_BYTES = 2 * 1024 * 1024;

  private final @Nullable Object[] arrays = new Object[2 * USES];

  private int[] starts = new int[64];

  /// Empty at first.
  public Scratch() {}

  /// Room for `count` indices.
  ///
  /// @param count number of them
  /// @return an array that may be longer, with unspecified contents; the same one until a longer
  ///   one is needed
  public int[] starts(int count) {
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
    /// Rows of C until they are finished.
    ROWS,
    /// Padded copies of images.
    IMAGES,
    /// Filters in another order.
    FILTERS,
    /// Sums of a weight gradient.
    SUMS,
    /// What lies under each tap of a filter, or what each tap adds: `[tap][pixel]`.
    TAPS
  }

  /// An array for `use` of at least `length` elements after its first [Element#lineStart()], with
  /// unspecified contents.
  ///
  /// @param element type of the elements
  /// @param use what it is for: arrays of different uses don't overlap
  /// @param length elements wanted
  /// @return the array of that use, which the next call for the same use and type may give again
  public Object array(Element element, Use use, int length) {
    int slot = element.ordinal() * USES + use.ordinal();
    Object array = arrays[slot];
    int needed = Math.addExact(length, element.lineStart() + 16);
    if (array == null || element.loops().length(array) < needed) {
      boolean packed = use == Use.A_TILES || use == Use.B_PANELS || use == Use.ROWS;
      int least = packed ? LARGE_BYTES / element.bytes() : 1024;
      array = element.loops().array(Math.max(needed, least));
      arrays[slot] = array;
    }
    return array;
  }

  /// The array that was last given for `use`.
  ///
  /// @param element type of the elements
  /// @param use what it is for
  /// @return that array, an empty one if there is none
  public Object array(Element element, Use use) {
    Object array = arrays[element.ordinal() * USES + use.ordinal()];
    return array == null ? element.nothing() : array;
  }
}
