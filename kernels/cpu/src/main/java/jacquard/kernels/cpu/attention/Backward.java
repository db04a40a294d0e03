package jacquard.kernels.cpu.attention;

import static jacquard.kernels.cpu.attention.Panels.START;

import jacquard.kernels.cpu.attention.AttentionShape.Strides;
import java.util.Arrays;

/// The gradient of one attention under way. Workers share out the heads of all batch items; one
/// head goes through blocks of keys in order, and computes the weights of all queries that see the
/// block again, from the logarithms of their sums.
///
/// With `p` the weights and `g` the cotangent of the result `y`: `dv = p^T g`, and with `ds = p (g
/// v^T
/// - rowsum(g y))`, `dq = scale ds k`, `dk = scale ds^T q`.
///
/// @param y with strides `yStrides`; so for `g`
/// @param logSum contiguous `[B, T, H]`
/// @param result contiguous `[B, T, 3, H, E]`: `dq`, `dk`, `dv`
record Backward(
    AttentionShape shape,
    float[] q,
    int qOffset,
    float[] k,
    int kOffset,
    float[] v,
    int vOffset,
    float[] y,
    int yOffset,
    Strides yStrides,
    float[] logSum,
    int logSumOffset,
    float[] g,
    int gOffset,
    Strides gStrides,
    float[] result,
    int resultOffset) {
  private static final int QUERIES = 0;
  private static final int SCALED = 1;
  private static final int COTANGENTS = 2;
  private static final int COTANGENT_ROWS = 3;
  private static final int KEYS = 4;
  private static final int KEY_ROWS = 5;
  private static final int VALUES = 6;
  private static final int WEIGHTS = 7;
  private static final int BY_SCORES = 8;
  private static final int LOG_SUMS = 9;
  private static final int MEANS = 10;
  private static final int PARTIAL = 11;
  private static final int TURNED = 12;

  /// Heads `from .. to - 1`, counted through the batch.
  void run(int from, int to, Panels panels) {
    int touched = -1;
    for (int item = from; item < to; item++) {
      if (item / shape.heads() != touched) {
        touched = item / shape.heads();
        touch(touched, panels);
      }
      head(item / shape.heads(), item % shape.heads(), panels);
    }
  }

  private void touch(int b, Panels panels) {
    AttentionShape s = shape;
    int rowSize = s.heads() * s.size();
    boolean together =
        s.headsTogether() && yStrides.head() == s.size() && gStrides.head() == s.size();
    if (!together || !panels.fits(8L * rowSize * s.queries())) {
      return;
    }
    for (int t = 0; t < s.queries(); t++) {
      panels.touch(q, qOffset + s.q().offset(b, 0) + t * s.q().position(), rowSize);
      panels.touch(k, kOffset + s.k().offset(b, 0) + t * s.k().position(), rowSize);
      panels.touch(v, vOffset + s.v().offset(b, 0) + t * s.v().position(), rowSize);
      panels.touch(y, yOffset + yStrides.offset(b, 0) + t * yStrides.position(), rowSize);
      panels.touch(g, gOffset + gStrides.offset(b, 0) + t * gStrides.position(), rowSize);
    }
    panels.touch(result, resultOffset + b * s.queries() * 3 * rowSize, s.queries() * 3 * rowSize);
  }

  private void head(int b, int h, Panels panels) {
    AttentionShape s = shape;
    int n = s.queries();
    int size = s.size();
    int width = panels.width;
    int blocks = panels.blocks(n);
    int transposed = blocks * width * size;
    int straight = panels.blocks(size) * width * n;

    int qAt = qOffset + s.q().offset(b, h);
    int kAt = kOffset + s.k().offset(b, h);
    int vAt = vOffset + s.v().offset(b, h);
    int yAt = yOffset + yStrides.offset(b, h);
    int gAt = gOffset + gStrides.offset(b, h);
    float[] queries = panels.memory(QUERIES, transposed);
    float[] scaled = panels.memory(SCALED, straight);
    float[] cotangents = panels.memory(COTANGENTS, transposed);
    float[] cotangentRows = panels.memory(COTANGENT_ROWS, straight);
    float[] keys = panels.memory(KEYS, transposed);
    float[] keyRows = panels.memory(KEY_ROWS, straight);
    float[] values = panels.memory(VALUES, transposed);
    panels.transpose(q, qAt, s.q().position(), n, size, s.scale(), queries);
    panels.copy(q, qAt, s.q().position(), n, size, s.scale(), scaled, n);
    panels.transpose(g, gAt, gStrides.position(), n, size, 1, cotangents);
    panels.copy(g, gAt, gStrides.position(), n, size, 1, cotangentRows, n);
    panels.transpose(k, kAt, s.k().position(), n, size, 1, keys);
    panels.copy(k, kAt, s.k().position(), n, size, s.scale(), keyRows, n);
    panels.transpose(v, vAt, s.v().position(), n, size, 1, values);

    float[] logSums = panels.memory(LOG_SUMS, n);
    for (int t = 0; t < n; t++) {
      logSums[t] = logSum[logSumOffset + (b * n + t) * s.heads() + h];
    }
    float[] means = panels.memory(MEANS, n);
    float[] partial = panels.memory(PARTIAL, width);
    panels.math.products(
        g, gAt, gStrides.position(), y, yAt, yStrides.position(), n, size, partial, means);

    float[] weights = panels.memory(WEIGHTS, blocks * width * width);
    float[] byScores = panels.memory(BY_SCORES, blocks * width * width);
    int rowSize = 3 * s.heads() * size;
    int dq = resultOffset + b * n * rowSize + h * size;
    int dk = dq + s.heads() * size;
    int dv = dk + s.heads() * size;
    float[] turned = panels.memory(TURNED, blocks * width * Panels.K_BLOCK);
    int group = 0;
    for (int block = 0; block < blocks; block++) {
      int first = block * width;
      int count = Math.min(width, n - first);
      // queries before a block of keys don't see it
      int firstQuery = s.causal() ? first : 0;
      int seeing = n - firstQuery;
      int panel = START + block * size * width;
      panels.scores(size, queries, firstQuery / width, seeing, keys, panel, weights);
      panels.scores(size, cotangents, firstQuery / width, seeing, values, panel, byScores);
      if (s.causal()) {
        for (int r = 0; r < count; r++) {
          int row = START + r * width;
          Arrays.fill(weights, row + r + 1, row + width, Float.NEGATIVE_INFINITY);
        }
      }
      panels.math.gradient(weights, byScores, START, seeing, width, logSums, means, firstQuery);
      panels.product(
          seeing,
          weights,
          START,
          1,
          width,
          cotangentRows,
          n,
          firstQuery,
          result,
          dv + first * rowSize,
          rowSize,
          count,
          size,
          false);
      panels.product(
          seeing,
          byScores,
          START,
          1,
          width,
          scaled,
          n,
          firstQuery,
          result,
          dk + first * rowSize,
          rowSize,
          count,
          size,
          false);
      panels.turn(byScores, seeing, firstQuery, count, first - group, turned);
      if (first + count == n || first + count - group == Panels.K_BLOCK) {
        byQueries(group, first + count, turned, keyRows, dq, rowSize, panels);
        group = first + count;
      }
    }
  }

  /// Adds to the gradients of all queries what comes from keys `group .. end - 1`.
  ///
  /// @param turned gradients of the scores by these keys, see [Panels#turn]
  private void byQueries(
      int group, int end, float[] turned, float[] keyRows, int dq, int rowSize, Panels panels) {
    AttentionShape s = shape;
    int n = s.queries();
    int width = panels.width;
    for (int query = s.causal() ? group : 0; query < n; query += width) {
      int count = Math.min(width, n - query);
      panels.product(
          Math.min(end, s.seen(query + count)) - group,
          turned,
          START + query * Panels.K_BLOCK,
          1,
          width,
          keyRows,
          n,
          group,
          result,
          dq + query * rowSize,
          rowSize,
          count,
          s.size(),
          group > 0);
    }
  }
}
