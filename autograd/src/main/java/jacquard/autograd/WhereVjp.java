package jacquard.autograd;

import jacquard.tensor.Tensor;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import java.util.OptionalDouble;

/// The condition by which the gradient of a `where` is cut.
///
/// That of `0 < x ? x : s x` with a constant `s >= 0`, a ReLU, is told from the sign of its result
/// as well, which the next layer reads anyway. So `x` need not be kept until the gradient is
/// computed: often the result of a product that is then never written.
final class WhereVjp {
  private WhereVjp() {}

  /// {@return a tensor with the value of the condition of `where`}
  static Tensor condition(Node where) {
    Node condition = where.source(0);
    return isRectifier(where)
        ? new Tensor(condition.source(0)).lt(new Tensor(where))
        : new Tensor(condition);
  }

  private static boolean isRectifier(Node where) {
    Node condition = where.source(0);
    Node x = where.source(1);
    return condition.op() instanceof Op.Binary b
        && b.kind() == BinaryKind.LT
        && condition.source(1) == x
        && isZero(condition.source(0))
        && isDampened(where.source(2), x);
  }

  /// Whether the node is 0 or `x` times a constant that is not below 0.
  private static boolean isDampened(Node node, Node x) {
    if (isZero(node)) {
      return true;
    }
    return node.op() instanceof Op.Binary b
        && b.kind() == BinaryKind.MUL
        && node.source(0) == x
        && constant(node.source(1)).orElse(-1) >= 0;
  }

  private static boolean isZero(Node node) {
    return constant(node).orElse(1) == 0;
  }

  /// The value of a node whose elements are all one float constant.
  private static OptionalDouble constant(Node node) {
    Node at = node;
    while (at.op() instanceof Op.Expand || at.op() instanceof Op.Reshape) {
      at = at.source(0);
    }
    return at.op() instanceof Op.Constant c && c.dtype().isFloat()
        ? OptionalDouble.of(Double.longBitsToDouble(c.bits()))
        : OptionalDouble.empty();
  }
}
