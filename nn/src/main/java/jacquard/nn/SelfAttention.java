package jacquard.nn;

import jacquard.tensor.DType;
import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/*
 * B batch, T time, C time of a chunk, S positions that are looked at,
 * H heads, K heads of keys and values, G = H / K, D dim, E = D / H
 */

/// Multi-head self-attention, `[B, T, D]` to `[B, T, D]`. If it is causal, a position sees itself
/// and what comes before; else it sees all.
///
/// For each head, `softmax(q k^T / sqrt(E)) v`, causal with scores of later positions at -inf. With
/// fewer heads of keys and values than of queries, G neighbouring heads of queries share one
/// (grouped-query attention). Dropout applies to the weights that the softmax gives, and to the
/// result. Without it, and but for a cache or a pass that watches, this is
/// [Tensor#attention(Tensor, Tensor, boolean)]: the weights are never stored where the device has a
/// kernel for that.
///
/// @param qkv `[(H + 2 K) E, D]`: queries, keys and values one below the other, in each of them
///   head by head
/// @param projection `[D, D]`
/// @param heads H
/// @param kvHeads K
/// @param causal whether positions see no later ones
/// @param rotary turns queries and keys; null to leave positions to others
/// @param dropout on what the part gives
/// @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al.: Attention is all you need</a>
/// @see <a href="https://arxiv.org/abs/2305.13245">Ainslie et al.: GQA</a>
public record SelfAttention(
    Linear qkv,
    Linear projection,
    int heads,
    int kvHeads,
    boolean causal,
    @Nullable Rotary rotary,
    Dropout dropout)
    implements Layer {

  /// Refuses sizes that don't fit.
  ///
  /// @throws IllegalArgumentException if the heads don't divide the width, those of keys don't
  ///   divide those of queries, or `qkv` has other rows
  public SelfAttention {
    int dim = projection.weight().shape().dim(1);
    if (heads < 1 || dim % heads != 0) {
      throw new IllegalArgumentException(
          "attention: " + heads + " heads of " + dim + " columns, expected heads that divide them");
    }
    if (kvHeads < 1 || heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          "attention: "
              + kvHeads
              + " heads of keys for "
              + heads
              + " of queries, expected a number that divides them");
    }
    int rows = (heads + 2 * kvHeads) * (dim / heads);
    if (qkv.weight().shape().dim(0) != rows) {
      throw new IllegalArgumentException(
          "attention: qkv " + qkv.weight().shape() + ", expected [" + rows + ", " + dim + "]");
    }
  }

  /// Causal, with as many heads of keys as of queries, without rotation.
  ///
  /// @param qkv from the width to queries, keys and values
  /// @param projection from the heads' results to the width
  /// @param heads heads of queries
  /// @param dropout on what the part gives
  public SelfAttention(Linear qkv, Linear projection, int heads, Dropout dropout) {
    this(qkv, projection, heads, heads, true, null, dropout);
  }

  /// Causal, without biases and dropout.
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param dim size of the last axis
  /// @param heads heads of queries
  /// @param weight how the first values are drawn
  /// @return the layer
  public static SelfAttention of(Init init, int dim, int heads, Initialiser weight) {
    return new SelfAttention(
        Linear.of(init.at("qkv"), dim, 3 * dim, weight),
        Linear.of(init.at("projection"), dim, dim, weight),
        heads,
        new Dropout(0));
  }

  /// {@return width of what goes in and comes out}
  public int dim() {
    return projection.weight().shape().dim(1);
  }

  /// Width of a head.
  int size() {
    return dim() / heads;
  }

  SelfAttention withDropout(Dropout other) {
    return new SelfAttention(qkv, projection, heads, kvHeads, causal, rotary, other);
  }

  SelfAttention withLinears(UnaryOperator<Linear> change) {
    return new SelfAttention(
        change.apply(qkv), change.apply(projection), heads, kvHeads, causal, rotary, dropout);
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
    Rotary angles = rotary == null ? null : rotary.first(time);
    Projected p = project(x, batch, angles, pass, pass::operand);
    if (!dropout.isActive(pass) && !pass.isWatching()) {
      Tensor mixed = p.q.attentionWide(shared(p.k), shared(p.v), causal);
      // rounded before it is reshaped: so is its cotangent, by the product that it comes from
      return projection.forward(pass.operand(mixed).reshape(x.dim(0), dim()), pass);
    }
    Tensor row = index(time, x).reshape(time, 1);
    return attend(
        p.q.permute(0, 2, 1, 3),
        p.k.permute(0, 2, 3, 1),
        p.v.permute(0, 2, 1, 3),
        causal ? row.lt(index(time, x)) : null,
        pass);
  }

  /// Attention of a chunk `[R * C, D]` of new positions to themselves and to those in the cache,
  /// which takes up the new ones.
  Tensor rows(Tensor x, KeyValueCache cache, Chunk chunk, Pass pass) {
    int rows = chunk.rows();
    int width = kvHeads * size();
    Projected p = project(x, rows, chunk.angles(), pass, UnaryOperator.identity());
    Tensor columns = p.k.reshape(rows, chunk.length(), width, 1).permute(0, 2, 1, 3);
    Tensor keys = chunk.write(pass.value(cache.keys()), columns);
    Tensor values = chunk.write(pass.value(cache.values()), p.v.permute(0, 2, 1, 3));
    pass.update(cache.keys(), keys);
    pass.update(cache.values(), values);
    return attend(
        p.q.permute(0, 2, 1, 3),
        chunk.read(keys).reshape(rows, kvHeads, size(), chunk.seen()),
        chunk.read(values),
        chunk.later(),
        pass);
  }

  /// @param q `[B, T, H, E]`
  /// @param k `[B, T, K, E]`
  /// @param v `[B, T, K, E]`
  private record Projected(Tensor q, Tensor k, Tensor v) {}

  /// @param stored what happens to the three before they are cut apart
  private Projected project(
      Tensor x, int batch, @Nullable Rotary angles, Pass pass, UnaryOperator<Tensor> stored) {
    Tensor all = qkv.forward(x, pass);
    int time = x.dim(0) / batch;
    if (angles == null && kvHeads == heads) {
      Tensor parts = stored.apply(all).reshape(batch, time, 3, heads, size());
      return new Projected(parts.select(2, 0), parts.select(2, 1), parts.select(2, 2));
    }
    int both = heads + kvHeads;
    Tensor parts =
        (angles == null ? stored.apply(all) : all).reshape(batch, time, both + kvHeads, size());
    Tensor qk = parts.slice(2, 0, both);
    if (angles != null) {
      qk = stored.apply(angles.turn(qk));
    }
    Tensor v = stored.apply(parts.slice(2, both, both + kvHeads));
    return new Projected(qk.slice(2, 0, heads), qk.slice(2, heads, both), v);
  }

  /// `[B, T, K, E]` as `[B, T, H, E]`: each head G times.
  private Tensor shared(Tensor x) {
    int group = heads / kvHeads;
    if (group == 1) {
      return x;
    }
    return x.unsqueeze(3)
        .expand(x.dim(0), x.dim(1), kvHeads, group, size())
        .reshape(x.dim(0), x.dim(1), heads, size());
  }

  private static Tensor index(int count, Tensor like) {
    return Tensor.iota(count, DType.I32, like.device());
  }

  /// @param q `[B, H, C, E]`
  /// @param k `[B, K, E, S]`
  /// @param v `[B, K, S, E]`
  /// @param later bool `[C, S]` or `[B, 1, C, S]`: what a position must not see; null for nothing
  /// @return `[B * C, D]`
  private Tensor attend(Tensor q, Tensor k, Tensor v, @Nullable Tensor later, Pass pass) {
    int batch = q.dim(0);
    int time = q.dim(2);
    Tensor products = pass.operand(grouped(q)).matmulWide(pass.operand(k));
    Tensor scores = products.mul(1 / Math.sqrt(size()));
    scores = scores.reshape(batch, heads, time, k.dim(3));
    Tensor seen = later == null ? scores : later.where(Double.NEGATIVE_INFINITY, scores);
    Tensor weights = seen.softmax(-1);
    pass.attended(weights);
    Tensor kept = grouped(dropout.forward(weights, pass));
    Tensor mixed =
        pass.operand(kept).matmulWide(pass.operand(v)).reshape(batch, heads, time, size());
    Tensor joined = mixed.permute(0, 2, 1, 3).reshape(batch * time, dim());
    return dropout.forward(projection.forward(joined, pass), pass);
  }

  /// `[B, H, C, N]` as `[B, K, G C, N]`: queries that share keys as rows of one matrix.
  private Tensor grouped(Tensor x) {
    return x.reshape(x.dim(0), kvHeads, heads / kvHeads * x.dim(2), x.dim(3));
  }

  @Override
  public Parts parts() {
    return Parts.of(qkv, projection);
  }
}
