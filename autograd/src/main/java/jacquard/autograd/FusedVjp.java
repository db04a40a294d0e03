package jacquard.autograd;

import jacquard.tensor.FusedBody;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cotangents of fused operations: another fused operation where there is one, and else those of
/// the expression that defines the operation.
final class FusedVjp {
  private FusedVjp() {}

  static boolean flows(Op.Fused op, int index) {
    return switch (op) {
      case Op.Attention a -> true;
      // y is there for the kernel's sake, the value is a function of q and k
      case Op.AttentionLogSum a -> index < 2;
      // likewise y and its logSum: functions of q, k and v
      case Op.AttentionGradient a -> index < 3 || index == 5;
    };
  }

  static @Nullable Tensor[] of(Op.Fused op, Node node, Tensor g, boolean[] needed) {
    return switch (op) {
      case Op.Attention a ->
          node.source(0).shape().equals(node.source(1).shape())
              ? attention(a, node, g)
              : ofBody(node, g, needed);
      case Op.AttentionLogSum a -> ofBody(node, g, needed);
      case Op.AttentionGradient a -> ofBody(node, g, needed);
    };
  }

  private static @Nullable Tensor[] attention(Op.Attention op, Node node, Tensor g) {
    Tensor q = new Tensor(node.source(0));
    Tensor k = new Tensor(node.source(1));
    Tensor v = new Tensor(node.source(2));
    Tensor y = new Tensor(node);
    Tensor logSum = Tensor.apply(new Op.AttentionLogSum(op.causal(), op.scale()), q, k, y);
    Tensor like = g.cast(q.dtype());
    Tensor all =
        Tensor.apply(new Op.AttentionGradient(op.causal(), op.scale()), q, k, v, y, logSum, like)
            .cast(q.dtype());
    return new @Nullable Tensor[] {all.select(2, 0), all.select(2, 1), all.select(2, 2)};
  }

  private static @Nullable Tensor[] ofBody(Node node, Tensor g, boolean[] needed) {
    List<Node> wanted = new ArrayList<>();
    for (int i = 0; i < needed.length; i++) {
      if (needed[i]) {
        wanted.add(node.source(i));
      }
    }
    Sweep sweep = Sweep.between(wanted, node.sources());
    sweep.add(FusedBody.of(node), g);
    sweep.run();
    @Nullable Tensor[] cotangents = new @Nullable Tensor[needed.length];
    for (int i = 0; i < needed.length; i++) {
      // a node that is several sources has one cotangent for all of them
      if (needed[i] && node.sources().indexOf(node.source(i)) == i) {
        cotangents[i] = sweep.cotangent(node.source(i));
      }
    }
    return cotangents;
  }
}
