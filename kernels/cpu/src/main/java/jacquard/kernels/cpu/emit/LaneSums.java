package jacquard.kernels.cpu.emit;

import jacquard.tensor.graph.ReduceKind;

/// Combines accumulators as vector code does: those of the copies of the loop body in order, then
/// the lanes by halves.
///
/// An array holds at `at + copy * lanes + lane` the accumulator of a lane. Called by scalar code,
/// with the ordinal of a [ReduceKind].
final class LaneSums {
  private static final int SUM = ReduceKind.SUM.ordinal();
  private static final int PROD = ReduceKind.PROD.ordinal();
  private static final int MAX = ReduceKind.MAX.ordinal();

  private LaneSums() {}

  static float combined(float[] a, int at, int copies, int lanes, int kind) {
    for (int k = lanes; k < copies * lanes; k++) {
      int to = at + k % lanes;
      a[to] = combine(kind, a[to], a[at + k]);
    }
    for (int half = lanes / 2; half > 0; half /= 2) {
      for (int l = at; l < at + half; l++) {
        a[l] = combine(kind, a[l], a[l + half]);
      }
    }
    return a[at];
  }

  private static float combine(int kind, float x, float y) {
    return kind == SUM
        ? x + y
        : kind == PROD ? x * y : kind == MAX ? Math.max(x, y) : Math.min(x, y);
  }

  static double combined(double[] a, int at, int copies, int lanes, int kind) {
    for (int k = lanes; k < copies * lanes; k++) {
      int to = at + k % lanes;
      a[to] = combine(kind, a[to], a[at + k]);
    }
    for (int half = lanes / 2; half > 0; half /= 2) {
      for (int l = at; l < at + half; l++) {
        a[l] = combine(kind, a[l], a[l + half]);
      }
    }
    return a[at];
  }

  private static double combine(int kind, double x, double y) {
    return kind == SUM
        ? x + y
        : kind == PROD ? x * y : kind == MAX ? Math.max(x, y) : Math.min(x, y);
  }

  static int combined(int[] a, int at, int copies, int lanes, int kind) {
    int result = a[at];
    for (int k = 1; k < copies * lanes; k++) {
      // integers may be combined in any order
      result = combine(kind, result, a[at + k]);
    }
    return result;
  }

  private static int combine(int kind, int x, int y) {
    return kind == SUM
        ? x + y
        : kind == PROD ? x * y : kind == MAX ? Math.max(x, y) : Math.min(x, y);
  }

  static long combined(long[] a, int at, int copies, int lanes, int kind) {
    long result = a[at];
    for (int k = 1; k < copies * lanes; k++) {
      result = combine(kind, result, a[at + k]);
    }
    return result;
  }

  private static long combine(int kind, long x, long y) {
    return kind == SUM
        ? x + y
        : kind == PROD ? x * y : kind == MAX ? Math.max(x, y) : Math.min(x, y);
  }
}
