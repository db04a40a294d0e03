package jacquard.kernels.cpu.conv;

/// Products of all taps inside the source.
///
/// For a pixel of the result, every tap of the filter reads one row of images per channel, so the
/// right operand of its product consists of whole rows, whatever the stride, and lies as a finished
/// panel in the source for each line of taps without dilation. The rows of taps that fall outside
/// the source are left out, and not multiplied as zeros.
///
/// @param h taps along the height
/// @param w taps along the width
/// @param offsets by kind: for each row of the right operand, in the order tap, channel, the offset
///   of its row of images, in elements, from the pixel that the origins name
/// @param columns images in a row
record BatchPlan(
    ConvShape shape, int columns, boolean gradient, AxisTaps h, AxisTaps w, int[][] offsets)
    implements BlockPlan {

  static BatchPlan forward(ConvShape s, int columns) {
    return of(
        s,
        columns,
        false,
        AxisTaps.forward(s.h(), s.oh(), s.kh(), s.strideH(), s.padTop(), s.dilationH()),
        AxisTaps.forward(s.w(), s.ow(), s.kw(), s.strideW(), s.padLeft(), s.dilationW()));
  }

  static BatchPlan inputGradient(ConvShape s, int columns) {
    return of(
        s,
        columns,
        true,
        AxisTaps.gradient(s.oh(), s.h(), s.kh(), s.strideH(), s.padTop(), s.dilationH()),
        AxisTaps.gradient(s.ow(), s.w(), s.kw(), s.strideW(), s.padLeft(), s.dilationW()));
  }

  private static BatchPlan of(ConvShape s, int columns, boolean gradient, AxisTaps h, AxisTaps w) {
    int depth = gradient ? s.filters() : s.channels();
    int[][] offsets = new int[h.taps().length * w.taps().length][];
    for (int kind = 0; kind < offsets.length; kind++) {
      int height = h.taps()[kind / w.taps().length].length;
      int width = w.taps()[kind % w.taps().length].length;
      int[] rowsOfKind = new int[height * width * depth];
      for (int i = 0; i < rowsOfKind.length; i++) {
        int tap = i / depth;
        int pixel = tap / width * h.step() * w.source() + tap % width * w.step();
        rowsOfKind[i] = columns * (pixel * depth + i % depth);
      }
      offsets[kind] = rowsOfKind;
    }
    return new BatchPlan(s, columns, gradient, h, w, offsets);
  }

  int kinds() {
    return offsets.length;
  }

  /// Taps in a row of a kind.
  int tapsAcross(int kind) {
    return w.taps()[kind % w.taps().length].length;
  }

  /// Index in the filter, `[kh, kw]`, of a tap of a kind.
  int filterTap(int kind, int tap) {
    int across = tapsAcross(kind);
    return h.taps()[kind / w.taps().length][tap / across] * shape.kw()
        + w.taps()[kind % w.taps().length][tap % across];
  }

  int taps(int kind) {
    return depth() == 0 ? 0 : offsets[kind].length / depth();
  }

  @Override
  public int sourcePixels() {
    return h.source() * w.source();
  }

  @Override
  public int resultPixels() {
    return h.length() * w.length();
  }
}
