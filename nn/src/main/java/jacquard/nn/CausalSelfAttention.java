package jacquard.nn;

import jacquard.tensor.DType;
import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;

/*
 * B batch, T time, C time of a chunk, S positions that are looked at, H heads, D dim, E = D / H
 */

/// Multi-head self-attention in which a position sees itself and what comes before: `[B, T, D]` to
/// `[B, T, D]`.
///
/// For each head, `softmax(q k^T / sqrt(E)) v` with scores of later positions at -inf. Dropout
/// applies to the weights that the softmax gives, and to the result. Without it, and but for a
/// cache, this is [Tensor#attention(Tensor, Tensor, boolean)]: the weights are never stored where
/// the device has a kernel for that.
///
/// @param qkv `[3 D, D]`: queries, keys and values one below the other, in each of them head by
///   head
/// @param projection `[D, D]`
/// @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al.: Attention is all you need</a>
public record CausalSelfAttention(Linear qkv, Linear projection, int heads, Dropout dropout)
    implements Layer {

  /// @throws IllegalArgumentException if the heads don't divide the width
  public CausalSelfAttention {
    int dim = projection.weight().shape().dim(1);
    if (heads < 1 || dim % heads != 0) {
      throw new IllegalArgumentException(
          "attention: " + heads + " heads of " + dim + " columns, expected heads that divide them");
    }
  }

  /// Without biases and dropout.
  public static CausalSelfAttention of(Init init, int dim, int heads, Initialiser weight) {
    return new CausalSelfAttention(
        Linear.of(init.at("qkv"), dim, 3 * dim, weight),
        Linear.of(init.at("projection"), dim, dim, weight),
        heads,
        new Dropout(0));
  }

  /// Width of what goes in and comes out.
  public int dim() {
    return projection.weight().shape().dim(1);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    if (x.rank() != 3 || x.dim(2) != dim()) {
      throw new ShapeException(
          "attention: shape " + x.shape() + ", expected [batch, time, " + dim() + "]");
    }
    return rows(x.reshape(x.dim(0) * x.dim(1), dim()), x.dim(0), pass).reshape(x.shape());
  }

  /// The same on rows `[B * T, D]`: matrix products then need no reshape around them.
  Tensor rows(Tensor x, int batch, Pass pass) {
    int time = x.dim(0) / batch;
    Tensor parts = parts(x, batch, pass);
    if (!dropout.isActive(pass)) {
      Tensor mixed = part(parts, 0).attention(part(parts, 1), part(parts, 2), true);
      return projection.forward(mixed.reshape(x.dim(0), dim()), pass);
    }
    Tensor row = index(time, x).reshape(time, 1);
    return attend(
        part(parts, 0).permute(0, 2, 1, 3),
        part(parts, 1).permute(0, 2, 3, 1),
        part(parts, 2).permute(0, 2, 1, 3),
        row.lt(index(time, x)),
        pass);
  }

  /// Attention of a chunk `[B * C, D]` of new positions to themselves and to those in the cache,
  /// which takes up the new ones.
  ///
  /// @param start i32 `[4]`, `[0, 0, position, 0]`: where in both parts of the cache the chunk goes
  /// @param seen slots of the cache that are looked at, all that are filled or more
  Tensor rows(Tensor x, int batch, KeyValueCache cache, Tensor start, int seen, Pass pass) {
    int chunk = x.dim(0) / batch;
    Tensor parts = parts(x, batch, pass);
    Tensor columns = part(parts, 1).reshape(batch, chunk, dim(), 1).permute(0, 2, 1, 3);
    Tensor keys = pass.value(cache.keys()).dynamicUpdate(columns, start);
    Tensor values =
        pass.value(cache.values()).dynamicUpdate(part(parts, 2).permute(0, 2, 1, 3), start);
    pass.update(cache.keys(), keys);
    pass.update(cache.values(), values);
    Tensor position = index(chunk, x).add(start.slice(0, 2, 3)).reshape(chunk, 1);
    return attend(
        part(parts, 0).permute(0, 2, 1, 3),
        keys.slice(2, 0, seen).reshape(batch, heads, dim() / heads, seen),
        values.slice(2, 0, seen),
        position.lt(index(seen, x)),
        pass);
  }

  /// `[B, T, 3, H, E]`.
  private Tensor parts(Tensor x, int batch, Pass pass) {
    int dim = dim();
    return qkv.forward(x, pass).reshape(batch, x.dim(0) / batch, 3, heads, dim / heads);
  }

  /// `[B, T, H, E]`.
  private static Tensor part(Tensor parts, int index) {
    return parts.select(2, index);
  }

  private static Tensor index(int count, Tensor like) {
    return Tensor.iota(count, DType.I32, like.device());
  }

  /// @param q `[B, H, C, E]`
  /// @param k `[B, H, E, S]`
  /// @param v `[B, H, S, E]`
  /// @param later bool `[C, S]`: what a position must not see
  /// @return `[B * C, D]`
  private Tensor attend(Tensor q, Tensor k, Tensor v, Tensor later, Pass pass) {
    Tensor scores = q.matmul(k).mul(1 / Math.sqrt(q.dim(3)));
    Tensor weights =
        dropout.forward(later.where(Double.NEGATIVE_INFINITY, scores).softmax(-1), pass);
    Tensor mixed = weights.matmul(v).permute(0, 2, 1, 3).reshape(q.dim(0) * q.dim(2), dim());
    return dropout.forward(projection.forward(mixed, pass), pass);
  }

  @Override
  public Parts parts() {
    return Parts.of(qkv, projection);
  }
}
