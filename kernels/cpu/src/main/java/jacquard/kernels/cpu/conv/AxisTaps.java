package jacquard.kernels.cpu.conv;

import java.util.Arrays;

/// Which taps of a filter each coordinate of a result meets, along one axis.
///
/// Coordinates that meet the same taps, but for those that fall outside the source, are of one
/// kind: all of them in a forward form, and in an input gradient those with the same remainder by
/// the stride. Tap `t` of coordinate `i` reads coordinate `origin[i] + t * step` of the source; the
/// taps `from[i] <= t < to[i]` are those inside it.
///
/// @param source length of the source
/// @param step distance between the coordinates that neighbouring taps read
/// @param taps by kind, the indices in the filter of its taps
/// @param kind of each coordinate of the result
record AxisTaps(
    int source, int step, int[][] taps, int[] kind, int[] origin, int[] from, int[] to) {

  /// The axis of a forward form.
  static AxisTaps forward(int source, int result, int filter, int stride, int pad, int dilation) {
    int[] taps = new int[filter];
    for (int t = 0; t < filter; t++) {
      taps[t] = t;
    }
    int[] origin = new int[result];
    for (int i = 0; i < result; i++) {
      origin[i] = i * stride - pad;
    }
    return of(source, dilation, new int[][] {taps}, new int[result], origin);
  }

  /// The axis of an input gradient, whose source is `y`: taps backwards, so that what they read
  /// goes forwards.
  static AxisTaps gradient(int source, int result, int filter, int stride, int pad, int dilation) {
    int[][] taps = new int[stride][];
    for (int remainder = 0; remainder < stride; remainder++) {
      int count = 0;
      int[] found = new int[filter];
      for (int t = filter - 1; t >= 0; t--) {
        if (t * dilation % stride == remainder) {
          found[count++] = t;
        }
      }
      taps[remainder] = Arrays.copyOf(found, count);
    }
    int[] kind = new int[result];
    int[] origin = new int[result];
    for (int i = 0; i < result; i++) {
      kind[i] = (i + pad) % stride;
      int[] own = taps[kind[i]];
      origin[i] = own.length == 0 ? 0 : (i + pad - own[0] * dilation) / stride;
    }
    return of(source, dilation / gcd(stride, dilation), taps, kind, origin);
  }

  /// @param origin of each coordinate of the result: where its first tap reads
  static AxisTaps of(int source, int step, int[][] taps, int[] kind, int[] origin) {
    int[] from = new int[kind.length];
    int[] to = new int[kind.length];
    for (int i = 0; i < kind.length; i++) {
      int length = taps[kind[i]].length;
      from[i] = Math.clamp(Math.ceilDiv(-origin[i], step), 0, length);
      to[i] = Math.clamp(Math.ceilDiv(source - origin[i], step), from[i], length);
    }
    return new AxisTaps(source, step, taps, kind, origin, from, to);
  }

  int length() {
    return kind.length;
  }

  /// Taps inside the source, of all coordinates.
  int inside() {
    int count = 0;
    for (int i = 0; i < length(); i++) {
      count += to[i] - from[i];
    }
    return count;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
