package jacquard.nn;

import jacquard.tensor.State;
import jacquard.tensor.Tensor;

/// Keys and values of one attention layer for the positions decoded so far; not part of the model.
///
/// @param keys `[B, H, capacity, dim / H]`
/// @param values `[B, H, capacity, dim / H]`
public record KeyValueCache(State keys, State values) {

  /// An empty cache that fits `attention`.
  ///
  /// @param name what error texts call it
  /// @param capacity number of positions
  public static KeyValueCache of(
      String name, CausalSelfAttention attention, int batch, int capacity) {
    State like = attention.qkv().weight();
    int size = attention.dim() / attention.heads();
    Tensor zeros =
        Tensor.constant(like.dtype(), 0.0, like.device())
            .expand(batch, attention.heads(), capacity, size);
    return new KeyValueCache(new State(name + ".keys", zeros), new State(name + ".values", zeros));
  }

  public int capacity() {
    return keys.shape().dim(2);
  }
}
