package jacquard.nn;

import jacquard.tensor.State;
import jacquard.tensor.Tensor;

/// Keys and values of one attention layer for the positions decoded so far; not part of the model.
///
/// @param keys `[B, K E, capacity, 1]` for K heads of E columns: a position is a column, so that
///   the scores of one query add up rows of neighbours instead of summing across each key
/// @param values `[B, K, capacity, E]`
public record KeyValueCache(State keys, State values) {

  /// {@return an empty cache that fits `attention`}
  ///
  /// @param name what error texts call it
  /// @param attention whose heads it has room for
  /// @param batch rows that are decoded together
  /// @param capacity number of positions
  public static KeyValueCache of(String name, SelfAttention attention, int batch, int capacity) {
    State like = attention.qkv().weight();
    int heads = attention.kvHeads();
    int size = attention.size();
    Tensor zero = Tensor.constant(like.dtype(), 0.0, like.device());
    return new KeyValueCache(
        new State(name + ".keys", zero.expand(batch, heads * size, capacity, 1)),
        new State(name + ".values", zero.expand(batch, heads, capacity, size)));
  }

  /// {@return most positions of a row}
  public int capacity() {
    return keys.shape().dim(2);
  }
}
