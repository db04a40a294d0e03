package jacquard.tensor;

import jacquard.tensor.graph.Op;
import org.jspecify.annotations.Nullable;

/// Arithmetic on f16 and bf16: the operands become f32, and the result is rounded to their dtype.
///
/// So the graph has these dtypes only where elements are moved, chosen or converted, and as sources
/// of products and of attention, which add in f32 and give f32; no device needs arithmetic in them.
final class Widening {
  private Widening() {}

  /// Whether `op` computes, rather than moves, chooses or converts.
  static boolean isNeeded(Op op) {
    return switch (op) {
      case Op.Unary u -> true;
      case Op.Binary b -> true;
      case Op.Reduction r -> true;
      case Op.Contraction c -> true;
      case Op.ScatterAdd s -> true;
      case Op.Fused f -> true;
      case Op.Leaf l -> false;
      case Op.Movement m -> false;
      case Op.Where w -> false;
      case Op.Cast c -> false;
      case Op.Random r -> false;
      case Op.Gather g -> false;
      case Op.Marker m -> false;
    };
  }

  /// `op` on operands of which one or more are f16 or bf16. A result of operands of different float
  /// dtypes is not rounded.
  ///
  /// @throws DTypeException if the operation refuses the float operands' dtypes
  static Tensor apply(Op op, Tensor... sources) {
    DType dtype = common(sources);
    if (dtype == null || op instanceof Op.Contraction || op instanceof Op.Fused) {
      return narrowed(Tensor.direct(op, sources), dtype);
    }
    Tensor[] wide = sources.clone();
    for (int i = 0; i < wide.length; i++) {
      wide[i] = wide[i].dtype().isHalf() ? wide[i].cast(DType.F32) : wide[i];
    }
    return narrowed(Tensor.direct(op, wide), dtype);
  }

  private static Tensor narrowed(Tensor y, @Nullable DType dtype) {
    return dtype != null && y.dtype() == DType.F32 ? y.cast(dtype) : y;
  }

  /// The dtype of the float operands; null if they differ, of which the operation itself judges.
  private static @Nullable DType common(Tensor... sources) {
    DType dtype = null;
    for (Tensor source : sources) {
      if (source.dtype().isFloat()) {
        if (dtype != null && dtype != source.dtype()) {
          return null;
        }
        dtype = source.dtype();
      }
    }
    return dtype;
  }
}
