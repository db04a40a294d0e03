package jacquard.kernels.cpu.host;

import jacquard.tensor.DType;
import jacquard.tensor.IndexException;

/// Selecting and adding rows by index. Offsets are elements of the arrays.
public final class Rows {
  private Rows() {}

  /// Checks that every index is in `0 .. rows - 1`.
  ///
  /// @param op operation that an error is about
  /// @param type dtype of the indices, i32 or i64
  /// @param index indices, in the array type of their dtype
  /// @param offset element of `index` that is the first index
  /// @param count number of indices
  /// @param rows number of rows that there are
  /// @throws IndexException naming the first that is not
  public static void check(String op, DType type, Object index, int offset, int count, int rows) {
    for (int i = 0; i < count; i++) {
      long at = index(type, index, offset + i);
      if (at < 0 || at >= rows) {
        throw new IndexException(
            op
                + ": index "
                + at
                + " at position "
                + i
                + " of the index tensor, expected 0 to "
                + (rows - 1));
      }
    }
  }

  private static long index(DType type, Object index, int at) {
    return type == DType.I64 ? ((long[]) index)[at] : ((int[]) index)[at];
  }

  /// Rows `from .. to - 1` of the result: `result[i] = x[index[i]]`; arrays of the same type.
  ///
  /// @param x array of the rows to select from
  /// @param xOffset first element of row 0
  /// @param indexType dtype of the indices, i32 or i64
  /// @param index indices, in the array type of their dtype
  /// @param indexOffset element of `index` that is the first index
  /// @param result array written to
  /// @param resultOffset first element of the result's row 0
  /// @param rowSize elements in a row
  /// @param from first row to write
  /// @param to one past the last row to write
  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the dtype's type
  public static void gather(
      Object x,
      int xOffset,
      DType indexType,
      Object index,
      int indexOffset,
      Object result,
      int resultOffset,
      int rowSize,
      int from,
      int to) {
    if (rowSize == 1 && x instanceof float[] f && index instanceof int[] n) {
      float[] r = (float[]) result;
      for (int i = from; i < to; i++) {
        r[resultOffset + i] = f[xOffset + n[indexOffset + i]];
      }
      return;
    }
    for (int i = from; i < to; i++) {
      int row = (int) index(indexType, index, indexOffset + i);
      System.arraycopy(x, xOffset + row * rowSize, result, resultOffset + i * rowSize, rowSize);
    }
  }

  /// Columns `from .. to - 1` of `result[index[i]] += updates[i]`, in the order of `i`.
  ///
  /// @param dtype dtype of updates and result
  /// @param updates rows to add, one for each index
  /// @param updatesOffset first element of the first of them
  /// @param indexType dtype of the indices, i32 or i64
  /// @param index indices, in the array type of their dtype
  /// @param indexOffset element of `index` that is the first index
  /// @param result array written to
  /// @param resultOffset first element of the result's row 0
  /// @param rowSize elements in a row
  /// @param count number of indices
  /// @param from first column to add to
  /// @param to one past the last column
  public static void scatterAdd(
      DType dtype,
      Object updates,
      int updatesOffset,
      DType indexType,
      Object index,
      int indexOffset,
      Object result,
      int resultOffset,
      int rowSize,
      int count,
      int from,
      int to) {
    for (int i = 0; i < count; i++) {
      int row = (int) index(indexType, index, indexOffset + i);
      int u = updatesOffset + i * rowSize;
      int r = resultOffset + row * rowSize;
      switch (dtype) {
        case F32 -> add((float[]) updates, u, (float[]) result, r, from, to);
        case F64 -> add((double[]) updates, u, (double[]) result, r, from, to);
        case I32 -> add((int[]) updates, u, (int[]) result, r, from, to);
        case I64 -> add((long[]) updates, u, (long[]) result, r, from, to);
        case F16, BF16 -> throw new AssertionError("nothing adds " + dtype);
        case U8, BOOL -> add((byte[]) updates, u, (byte[]) result, r, from, to);
      }
    }
  }

  private static void add(float[] u, int uo, float[] r, int ro, int from, int to) {
    for (int j = from; j < to; j++) {
      r[ro + j] += u[uo + j];
    }
  }

  private static void add(double[] u, int uo, double[] r, int ro, int from, int to) {
    for (int j = from; j < to; j++) {
      r[ro + j] += u[uo + j];
    }
  }

  private static void add(int[] u, int uo, int[] r, int ro, int from, int to) {
    for (int j = from; j < to; j++) {
      r[ro + j] += u[uo + j];
    }
  }

  private static void add(long[] u, int uo, long[] r, int ro, int from, int to) {
    for (int j = from; j < to; j++) {
      r[ro + j] += u[uo + j];
    }
  }

  private static void add(byte[] u, int uo, byte[] r, int ro, int from, int to) {
    for (int j = from; j < to; j++) {
      r[ro + j] += u[uo + j];
    }
  }
}
