package jacquard.kernels.cpu.host;

import jacquard.tensor.DType;

/// Running sums, first largest indices and sorting indices along the middle axis of `[before, n,
/// after]`.
///
/// Every method does slices `from .. to - 1` of the `before * after` slices of the axis.
public final class Scans {
  private Scans() {}

  /// `result[.., i, ..] = x[.., 0, ..] + ... + x[.., i, ..]`, summed from the front.
  ///
  /// @param dtype dtype of `x`
  /// @param x array scanned, contiguous
  /// @param xo its first element
  /// @param result array written to, laid out as `x`
  /// @param ro its first element
  /// @param n elements of a slice
  /// @param after product of the axes behind the middle one: the distance between a slice's
  ///   elements
  /// @param from first slice
  /// @param to one past the last slice
  public static void cumsum(
      DType dtype, Object x, int xo, Object result, int ro, int n, int after, int from, int to) {
    for (int slice = from; slice < to; slice++) {
      int start = slice / after * n * after + slice % after;
      switch (dtype) {
        case F32 -> {
          // in double: a long running sum of floats loses digits at its end
          double sum = 0;
          for (int i = 0, at = start; i < n; i++, at += after) {
            sum += ((float[]) x)[xo + at];
            ((float[]) result)[ro + at] = (float) sum;
          }
        }
        case F64 -> {
          double sum = 0;
          for (int i = 0, at = start; i < n; i++, at += after) {
            sum += ((double[]) x)[xo + at];
            ((double[]) result)[ro + at] = sum;
          }
        }
        case I32 -> {
          int sum = 0;
          for (int i = 0, at = start; i < n; i++, at += after) {
            sum += ((int[]) x)[xo + at];
            ((int[]) result)[ro + at] = sum;
          }
        }
        case I64 -> {
          long sum = 0;
          for (int i = 0, at = start; i < n; i++, at += after) {
            sum += ((long[]) x)[xo + at];
            ((long[]) result)[ro + at] = sum;
          }
        }
        case F16, BF16 -> throw new AssertionError("nothing adds " + dtype);
        case U8, BOOL -> {
          byte sum = 0;
          for (int i = 0, at = start; i < n; i++, at += after) {
            sum += ((byte[]) x)[xo + at];
            ((byte[]) result)[ro + at] = sum;
          }
        }
      }
    }
  }

  /// i32 index of the first largest element; the first NaN wins.
  ///
  /// @param dtype dtype of `x`
  /// @param x array scanned, contiguous
  /// @param xo its first element
  /// @param result receives an index for each slice
  /// @param ro its first element
  /// @param n elements of a slice
  /// @param after product of the axes behind the middle one: the distance between a slice's
  ///   elements
  /// @param from first slice
  /// @param to one past the last slice
  public static void argmax(
      DType dtype, Object x, int xo, int[] result, int ro, int n, int after, int from, int to) {
    for (int slice = from; slice < to; slice++) {
      int start = xo + slice / after * n * after + slice % after;
      int best = 0;
      for (int i = 1; i < n; i++) {
        if (larger(dtype, x, start + i * after, start + best * after)) {
          best = i;
        }
      }
      result[ro + slice] = best;
    }
  }

  private static boolean larger(DType dtype, Object x, int i, int j) {
    return switch (dtype) {
      case F32, F16, BF16 -> larger(((float[]) x)[i], ((float[]) x)[j]);
      case F64 -> larger(((double[]) x)[i], ((double[]) x)[j]);
      case I32 -> ((int[]) x)[i] > ((int[]) x)[j];
      case I64 -> ((long[]) x)[i] > ((long[]) x)[j];
      case U8, BOOL -> Byte.toUnsignedInt(((byte[]) x)[i]) > Byte.toUnsignedInt(((byte[]) x)[j]);
    };
  }

  private static boolean larger(double x, double y) {
    return x > y || (Double.isNaN(x) && !Double.isNaN(y));
  }

  /// i32 indices that sort each slice, stable; NaN counts as the largest, -0 equals 0.
  ///
  /// @param dtype dtype of `x`
  /// @param descending whether the largest comes first
  /// @param x array scanned, contiguous
  /// @param xo its first element
  /// @param result array written to, laid out as `x`
  /// @param ro its first element
  /// @param n elements of a slice, which lie side by side
  /// @param from first slice
  /// @param to one past the last slice
  public static void argsort(
      DType dtype,
      boolean descending,
      Object x,
      int xo,
      int[] result,
      int ro,
      int n,
      int from,
      int to) {
    long[] keys = new long[n];
    int[] order = new int[n];
    int[] spare = new int[n];
    for (int slice = from; slice < to; slice++) {
      int start = slice * n;
      for (int i = 0; i < n; i++) {
        long key = sortKey(dtype, x, xo + start + i);
        keys[i] = descending ? ~key : key;
        order[i] = i;
      }
      mergeSort(keys, order, spare, n);
      System.arraycopy(order, 0, result, ro + start, n);
    }
  }

  /// A long that is ordered like the elements.
  private static long sortKey(DType dtype, Object x, int at) {
    return switch (dtype) {
      case F32, F16, BF16 -> sortKey(((float[]) x)[at]);
      case F64 -> sortKey(((double[]) x)[at]);
      case I32 -> ((int[]) x)[at];
      case I64 -> ((long[]) x)[at];
      case U8, BOOL -> Byte.toUnsignedInt(((byte[]) x)[at]);
    };
  }

  private static long sortKey(double value) {
    // + 0.0 turns -0 into 0; the JVM's canonical NaN has a positive sign, hence is the largest
    long bits = Double.doubleToLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  /// Bottom-up, stable.
  private static void mergeSort(long[] keys, int[] order, int[] spare, int n) {
    int[] from = order;
    int[] to = spare;
    for (int width = 1; width < n; width *= 2) {
      for (int low = 0; low < n; low += 2 * width) {
        int middle = Math.min(low + width, n);
        int high = Math.min(low + 2 * width, n);
        int i = low;
        int j = middle;
        for (int k = low; k < high; k++) {
          boolean left = i < middle && (j >= high || keys[from[i]] <= keys[from[j]]);
          to[k] = left ? from[i++] : from[j++];
        }
      }
      int[] swap = from;
      from = to;
      to = swap;
    }
    if (from != order) {
      System.arraycopy(from, 0, order, 0, n);
    }
  }
}
