package jacquard.kernels.cpu.attention;

import static jacquard.kernels.cpu.attention.Panels.START;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One attention under way: operands of a call, and the part that workers share out, blocks of
/// queries counted through all heads. Each block computes its scores with all keys it sees in one
/// panel `[keys, W]`, so the softmax runs along columns, and no more than that panel is kept.
///
/// @param y contiguous `[B, T, H, E]`
/// @param logSum contiguous `[B, T, H]`, or null if it is not wanted
record Forward(
    AttentionShape shape,
    float[] q,
    int qOffset,
    float[] k,
    int kOffset,
    float[] v,
    int vOffset,
    float[] y,
    int yOffset,
    float @Nullable [] logSum,
    int logSumOffset) {
  private static final int KEYS = 0;
  private static final int VALUES = 1;
  private static final int QUERIES = 2;
  private static final int SCORES = 3;
  private static final int HIGHEST = 4;
  private static final int SUMS = 5;

  /// Blocks of queries `from .. to - 1`.
  void run(int from, int to, Panels panels) {
    AttentionShape s = shape;
    int blocks = panels.blocks(s.queries());
    int keyElements = panels.blocks(s.keys()) * panels.width * s.size();
    int valueElements = panels.blocks(s.size()) * panels.width * s.keys();
    float[] keys = panels.memory(KEYS, keyElements);
    float[] values = panels.memory(VALUES, valueElements);
    int packed = -1;
    int touched = -1;
    for (int unit = from; unit < to; unit++) {
      int item = unit / blocks;
      int b = item / s.heads();
      int h = item % s.heads();
      if (b != touched) {
        touch(b, panels);
        touched = b;
      }
      if (item != packed) {
        // what the last block of this part sees is all that is read
        int last = Math.min(blocks, to - item * blocks);
        int seen = s.seen(Math.min(s.queries(), last * panels.width));
        int stride = s.k().position();
        int kAt = kOffset + s.k().offset(b, h);
        panels.transpose(k, kAt, stride, seen, s.size(), 1, keys);
        int vAt = vOffset + s.v().offset(b, h);
        panels.copy(v, vAt, s.v().position(), seen, s.size(), 1, values, s.keys());
        packed = item;
      }
      block(b, h, unit % blocks, keys, values, panels);
    }
  }

  private void touch(int b, Panels panels) {
    AttentionShape s = shape;
    int rowSize = s.heads() * s.size();
    if (!s.headsTogether() || !panels.fits(2L * rowSize * (s.queries() + s.keys()))) {
      return;
    }
    for (int t = 0; t < Math.max(s.queries(), s.keys()); t++) {
      if (t < s.queries()) {
        panels.touch(q, qOffset + s.q().offset(b, 0) + t * s.q().position(), rowSize);
      }
      if (t < s.keys()) {
        panels.touch(k, kOffset + s.k().offset(b, 0) + t * s.k().position(), rowSize);
        panels.touch(v, vOffset + s.v().offset(b, 0) + t * s.v().position(), rowSize);
      }
    }
    panels.touch(y, yOffset + b * s.queries() * rowSize, s.queries() * rowSize);
  }

  private void block(int b, int h, int block, float[] keys, float[] values, Panels panels) {
    AttentionShape s = shape;
    int width = panels.width;
    int first = block * width;
    int count = Math.min(width, s.queries() - first);
    int seen = s.seen(first + count);
    float[] queries = panels.memory(QUERIES, width * s.size());
    float[] scores = panels.memory(SCORES, panels.blocks(seen) * width * width);
    float[] highest = panels.memory(HIGHEST, width);
    float[] sums = panels.memory(SUMS, width);
    int stride = s.q().position();
    int qAt = qOffset + s.q().offset(b, h) + first * stride;
    panels.transpose(q, qAt, stride, count, s.size(), s.scale(), queries);
    panels.scores(s.size(), keys, 0, seen, queries, START, scores);
    if (s.causal()) {
      for (int key = first + 1; key < seen; key++) {
        int row = START + key * width;
        Arrays.fill(scores, row, row + key - first, Float.NEGATIVE_INFINITY);
      }
    }
    panels.math.softmax(scores, START, seen, width, highest, sums);
    int rowSize = s.heads() * s.size();
    int yAt = yOffset + (b * s.queries() + first) * rowSize + h * s.size();
    panels.product(
        seen, scores, START, 1, width, values, s.keys(), 0, y, yAt, rowSize, count, s.size(),
        false);
    for (int r = 0; r < count; r++) {
      panels.math.scale(y, yAt + r * rowSize, s.size(), 1 / sums[r]);
    }
    if (logSum != null) {
      for (int r = 0; r < count; r++) {
        int at = logSumOffset + (b * s.queries() + first + r) * s.heads() + h;
        logSum[at] = highest[r] + PanelLoops.log(sums[r]);
      }
    }
  }
}
