package jacquard.tensor.graph;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Shape;
import java.util.List;

/// Shape, dtype and device of each operation's result, and every check of its sources.
public final class Inference {
  private Inference() {}

  /// What an operation makes.
  ///
  /// @param dtype dtype of the elements
  /// @param shape size of each axis
  /// @param device where it lives
  public record Result(DType dtype, Shape shape, Device device) {}

  /// Dtype, shape and device of what an operation makes of its sources.
  ///
  /// @param op the operation
  /// @param sources what it reads, in order
  /// @return the three
  /// @throws jacquard.tensor.TensorException if the sources don't fit the operation
  public static Result infer(Op op, List<Node> sources) {
    Node x = checked(op, sources);
    return new Result(dtype(op, sources, x), shape(op, sources, x), x.device());
  }

  /// The dtype of [#infer].
  ///
  /// @param x from [#checked]
  static DType dtype(Op op, List<Node> sources, Node x) {
    return DTypeInference.of(op, op.label(), sources, x);
  }

  /// The shape of [#infer].
  ///
  /// @param x from [#checked]
  static Shape shape(Op op, List<Node> sources, Node x) {
    return ShapeInference.of(op, op.label(), sources, x);
  }

  /// The first source, if there are as many as the operation takes, on one device: the device of
  /// the result.
  static Node checked(Op op, List<Node> sources) {
    String name = op.label();
    int expected = arity(op);
    if (expected >= 0 ? sources.size() != expected : sources.isEmpty()) {
      throw new IllegalArgumentException(
          name
              + ": "
              + sources.size()
              + " sources, expected "
              + (expected >= 0 ? expected : "1 or more"));
    }
    if (sources.isEmpty()) {
      throw new IllegalArgumentException(name + ": a leaf is made with Node.leaf or Node.input");
    }
    Node x = sources.get(0);
    for (int i = 1; i < sources.size(); i++) {
      Node source = sources.get(i);
      if (!source.device().equals(x.device())) {
        throw new DeviceException(
            name
                + ": sources on "
                + x.device()
                + " and "
                + source.device()
                + ", expected one device; move one of them");
      }
    }
    return x;
  }

  private static int arity(Op op) {
    return switch (op) {
      case Op.Leaf l -> 0;
      case Op.Concat c -> -1;
      case Op.Recompute r -> -1;
      case Op.Reshape r -> 1;
      case Op.Permute p -> 1;
      case Op.Expand e -> 1;
      case Op.Pad p -> 1;
      case Op.Slice s -> 1;
      case Op.Flip f -> 1;
      case Op.DynamicSlice d -> 2;
      case Op.DynamicUpdate d -> 3;
      case Op.Unary u -> 1;
      case Op.Binary b -> 2;
      case Op.Where w -> 3;
      case Op.Cast c -> 1;
      case Op.Random r -> 1;
      case Op.Reduction r -> 1;
      case Op.Contraction c -> 2;
      case Op.Gather g -> 2;
      case Op.ScatterAdd s -> 3;
      case Op.Attention a -> 3;
      case Op.AttentionLogSum a -> 3;
      case Op.AttentionGradient a -> 6;
      case Op.Detach d -> 1;
      case Op.After a -> 2;
    };
  }
}
