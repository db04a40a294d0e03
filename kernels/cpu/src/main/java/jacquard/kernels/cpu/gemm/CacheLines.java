package jacquard.kernels.cpu.gemm;

/// Lines of the caches. Java has no instruction that prefetches; reading does.
public final class CacheLines {
  private static final int BYTES = 64;

  /// Elements of an image of which it pays to touch all lines before one works on it: of more, the
  /// first would have left the second-level cache again.
  private static final int IMAGE = 32 * 1024;

  private CacheLines() {}

  /// Reads an element of each line of `count` elements of a `float[]` or `double[]`. What is then
  /// read or written in an order that the processor doesn't foresee is in the cache.
  ///
  /// @param array `float[]` or `double[]`
  /// @param offset first element
  /// @param count number of elements
  /// @return what was read, added up: to be kept, so that it has to be read
  public static double touch(Object array, int offset, int count) {
    return array instanceof float[] floats
        ? touch(floats, offset, offset + count)
        : touch((double[]) array, offset, offset + count);
  }

  /// Touches an image, if it is small enough to stay in the cache while one works on it.
  ///
  /// @param array `float[]` or `double[]`
  /// @param offset first element
  /// @param count number of elements
  /// @return as of [#touch]
  public static double touchImage(Object array, int offset, int count) {
    return count <= IMAGE ? touch(array, offset, count) : 0;
  }

  private static float touch(float[] array, int from, int to) {
    float sum = 0;
    for (int i = from; i < to; i += BYTES / Float.BYTES) {
      sum += array[i];
    }
    return sum;
  }

  private static double touch(double[] array, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i += BYTES / Double.BYTES) {
      sum += array[i];
    }
    return sum;
  }
}
