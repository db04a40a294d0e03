package jacquard.bench.rows;

import jacquard.tensor.DType;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import java.util.List;

/*
 * H heads, E columns of a head, T positions
 */

/// Attention as text is written: one new position against the keys and values of those before it,
/// which are in a cache; it goes to the cache's last place.
///
/// The layout is that of [jacquard.nn.KeyValueCache], and the expression that of
/// [jacquard.nn.SelfAttention], without the layers around it.
final class DecodeRows {
  private DecodeRows() {}

  static List<KernelRow> rows() {
    return List.of(
        row("attention-decode-w1-4x64x32", 4, 64, 32),
        row("attention-decode-w2-6x256x64", 6, 256, 64).inBrief(),
        row("attention-decode-12x1024x64", 12, 1024, 64));
  }

  /// Two products of a row; reads the cache, the query, the new key and value, and writes these two
  /// and the result.
  private static KernelRow row(String name, int heads, int time, int size) {
    double cache = 2.0 * heads * time * size;
    double row = (double) heads * size;
    return KernelRow.of(name, 2 * cache, 4 * (cache + 4 * row), () -> engine(heads, time, size))
        .withPlain(() -> plain(heads, time, size));
  }

  private static Body engine(int heads, int time, int size) {
    Tensor k = Data.of(2, 1, time, heads, size);
    Tensor v = Data.of(3, 1, time, heads, size);
    State keys =
        new State("keys", k.permute(0, 2, 3, 1).reshape(1, heads * size, time, 1).realise());
    State values = new State("values", v.permute(0, 2, 1, 3).realise());
    Tensor q = Data.of(1, 1, heads, 1, size);
    Tensor key = k.slice(1, time - 1, time).reshape(1, heads * size, 1, 1).realise();
    Tensor value = v.slice(1, time - 1, time).reshape(1, heads, 1, size).realise();
    Tensor at = Tensor.of(new int[] {0, 0, time - 1, 0}, 4);

    Tensor allKeys = keys.value().dynamicUpdate(key, at);
    Tensor allValues = values.value().dynamicUpdate(value, at);
    Tensor scores = q.matmulWide(allKeys.reshape(1, heads, size, time)).mul(1 / Math.sqrt(size));
    Tensor later =
        at.slice(0, 2, 3).reshape(1, 1, 1, 1).lt(Tensor.iota(time, DType.I32, at.device()));
    Tensor weights = later.where(Double.NEGATIVE_INFINITY, scores).softmax(-1);
    Tensor mixed = weights.matmulWide(allValues).permute(0, 2, 1, 3).reshape(1, heads * size);
    return GraphBody.of(
        List.of(mixed), List.of(new Update(keys, allKeys), new Update(values, allValues)));
  }

  private static Body plain(int heads, int time, int size) {
    return new PlainAttention(
        time,
        time - 1,
        heads,
        size,
        Data.array(1, 1, heads, 1, size),
        Data.array(2, 1, time, heads, size),
        Data.array(3, 1, time, heads, size));
  }
}
