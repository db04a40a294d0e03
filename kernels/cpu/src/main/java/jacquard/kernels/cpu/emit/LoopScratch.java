package jacquard.kernels.cpu.emit;

/// Working memory of one thread that runs loop kernels: it grows to what the largest kernel needs
/// and is then reused.
///
/// Not safe for use by two threads at once.
public final class LoopScratch {
  /// Elements at the start of each array for moving single lanes; rows kept between passes follow.
  static final int LANES = 64;

  float[] f32 = new float[LANES];
  double[] f64 = new double[LANES];
  int[] i32 = new int[LANES];
  long[] i64 = new long[LANES];
  int[] state = new int[LANES];

  /// Empty iterations before each run, see [WarmUp].
  int spin;

  /// Always 0, which the compiler doesn't know: see [LoopWriter].
  int zero;

  /// Small at first.
  public LoopScratch() {}

  /// Makes room for so many elements after the first [#LANES] of each array.
  void reserve(int floats, int doubles, int ints, int longs) {
    if (f32.length < LANES + floats) {
      f32 = new float[grown(floats)];
    }
    if (f64.length < LANES + doubles) {
      f64 = new double[grown(doubles)];
    }
    if (i32.length < LANES + ints) {
      i32 = new int[grown(ints)];
    }
    if (i64.length < LANES + longs) {
      i64 = new long[grown(longs)];
    }
  }

  /// The array for positions, with at least `length` elements.
  int[] state(int length) {
    if (state.length < length) {
      state = new int[grown(length)];
    }
    return state;
  }

  private static int grown(int needed) {
    return LANES + Math.addExact(needed, needed / 4);
  }
}
