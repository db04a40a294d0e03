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
    Device device = sources.isEmpty() ? Device.standard() : sources.get(0).device();
    for (Node source : sources) {
      if (!source.device().equals(device)) {
        throw new DeviceException(
            name
                + ": sources on "
                + device
                + " and "
                + source.device()
                + ", expected one device; move one of them");
      }
    }
    Node x = sources.isEmpty() ? null : sources.get(0);
    if (x == null) {
      throw new IllegalArgumentException(name + ": a leaf is made with Node.leaf or Node.input");
    }
    return new Result(
        DTypeInference.of(op, name, sources, x), ShapeInference.of(op, name, sources, x), device);
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
