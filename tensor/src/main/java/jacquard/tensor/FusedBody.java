package jacquard.tensor;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;

/*
 * B batch, T queries, S keys, H heads, E size of a head
 */

/// What each fused operation is defined by: an expression over primitives. The reference evaluates
/// it, a second gradient differentiates it, and a back end without a kernel for the operation runs
/// it. Of f16 and bf16, every product is f32 and what is multiplied is rounded.
public final class FusedBody {
  /// Bound while a body is made: that happens in the middle of planning or evaluating, so the
  /// switch `jacquard.eager` must not start an evaluation of its own for the parts.
  private static final ScopedValue<Boolean> MAKING = ScopedValue.newInstance();

  private FusedBody() {}

  /// {@return the expression of a fused node, over the node's own sources}
  ///
  /// @param node the operation and what it reads
  /// @throws IllegalArgumentException if the operation of `node` is not an [Op.Fused]
  public static Node of(Node node) {
    if (!(node.op() instanceof Op.Fused op)) {
      throw new IllegalArgumentException("body: " + node + " is a primitive, expected a composite");
    }
    return ScopedValue.where(MAKING, true).call(() -> body(op, node).node());
  }

  /// Whether the calling thread is making a body.
  static boolean isBeingMade() {
    return MAKING.isBound();
  }

  private static Tensor body(Op.Fused op, Node node) {
    Tensor[] x = node.sources().stream().map(Tensor::new).toArray(Tensor[]::new);
    return switch (op) {
      case Op.Attention a -> {
        Tensor weights = weights(x[0], x[1], a.causal(), a.scale());
        yield positions(weights.cast(x[2].dtype()).matmulWide(heads(x[2])));
      }
      case Op.AttentionLogSum a ->
          scores(x[0], x[1], a.causal(), a.scale()).logSumExp(-1).permute(0, 2, 1);
      case Op.AttentionGradient a -> gradient(x[0], x[1], x[2], x[5], a.causal(), a.scale());
    };
  }

  private static Tensor gradient(
      Tensor q, Tensor k, Tensor v, Tensor g, boolean causal, double scale) {
    Tensor weights = weights(q, k, causal, scale);
    Tensor byWeights = heads(g).matmulWide(heads(v).t());
    Tensor byScores =
        weights
            .mul(byWeights.sub(weights.mul(byWeights).sumKeepDims(-1)))
            .mul(scale)
            .cast(q.dtype());
    return Tensor.stack(
        2,
        positions(byScores.matmulWide(heads(k))),
        positions(byScores.t().matmulWide(heads(q))),
        positions(weights.cast(q.dtype()).t().matmulWide(heads(g))));
  }

  /// `[B, H, T, S]`; rows sum to 1.
  private static Tensor weights(Tensor q, Tensor k, boolean causal, double scale) {
    return scores(q, k, causal, scale).softmax(-1);
  }

  /// `[B, H, T, S]`, -inf where a query must not look.
  private static Tensor scores(Tensor q, Tensor k, boolean causal, double scale) {
    Tensor scores = heads(q).matmulWide(heads(k).t()).mul(scale);
    if (!causal) {
      return scores;
    }
    Tensor query = Tensor.iota(q.dim(1), DType.I32, q.device()).unsqueeze(1);
    Tensor key = Tensor.iota(k.dim(1), DType.I32, q.device());
    return query.lt(key).where(Double.NEGATIVE_INFINITY, scores);
  }

  /// `[B, T, H, E]` as `[B, H, T, E]`.
  private static Tensor heads(Tensor x) {
    return x.permute(0, 2, 1, 3);
  }

  /// `[B, H, T, E]` as `[B, T, H, E]`.
  private static Tensor positions(Tensor x) {
    return x.permute(0, 2, 1, 3);
  }
}
