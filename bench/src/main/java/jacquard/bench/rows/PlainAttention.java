package jacquard.bench.rows;

/// Causal attention by plain loops, a query at a time: `softmax(q k^T / sqrt(E)) v`.
///
/// Keys and values are `[B, T, H, E]`: batch, position, head, size of a head. Queries and results
/// are so too, but begin with a position of choice.
final class PlainAttention implements Body {
  private final int time;
  private final int begin;
  private final int heads;
  private final int size;
  private final float[] q;
  private final float[] k;
  private final float[] v;
  private final float[] y;
  private final float[] weights;

  PlainAttention(int time, int heads, int size, float[] q, float[] k, float[] v) {
    this(time, 0, heads, size, q, k, v);
  }

  /// @param begin position of the first query
  PlainAttention(int time, int begin, int heads, int size, float[] q, float[] k, float[] v) {
    this.time = time;
    this.begin = begin;
    this.heads = heads;
    this.size = size;
    this.q = q;
    this.k = k;
    this.v = v;
    y = new float[q.length];
    weights = new float[time];
  }

  @Override
  public void run() {
    int row = heads * size;
    int at = 0;
    for (int item = 0; item < k.length; item += time * row) {
      for (int t = begin; t < time; t++) {
        for (int head = 0; head < heads; head++) {
          query(at, item + head * size, t, row);
          at += size;
        }
      }
    }
  }

  /// @param at where the query begins
  /// @param first where keys and values of position 0 of its head begin
  private void query(int at, int first, int t, int row) {
    float scale = (float) (1 / Math.sqrt(size));
    float max = Float.NEGATIVE_INFINITY;
    for (int s = 0; s <= t; s++) {
      float score = 0;
      for (int e = 0; e < size; e++) {
        score += q[at + e] * k[first + s * row + e];
      }
      weights[s] = score * scale;
      max = Math.max(max, weights[s]);
    }
    float sum = 0;
    for (int s = 0; s <= t; s++) {
      weights[s] = (float) Math.exp(weights[s] - max);
      sum += weights[s];
    }
    for (int e = 0; e < size; e++) {
      y[at + e] = 0;
    }
    for (int s = 0; s <= t; s++) {
      float weight = weights[s] / sum;
      for (int e = 0; e < size; e++) {
        y[at + e] += weight * v[first + s * row + e];
      }
    }
  }

  @Override
  public float[] result() {
    return y;
  }
}
