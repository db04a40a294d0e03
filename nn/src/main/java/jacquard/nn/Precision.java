package jacquard.nn;

import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import java.util.Locale;

/// What matrix products, convolutions and attention of a [Pass] multiply.
///
/// Weights, gradients as optimisers see them, and everything that is no product stay f32. With bf16
/// and f16, the operands of products are rounded, forward and backward, and their products are
/// added in f32; so are those of attention, whose softmax is f32. Table look-ups stay f32.
public enum Precision {
  /// Nothing is rounded.
  F32,
  /// The range of f32, 8 significant bits: needs nothing else.
  BF16,
  /// 11 significant bits, but a small range: gradients need a [jacquard.nn.train.LossScale].
  F16;

  /// `x` as an operand of a product: rounded if it is f32 and this is not.
  Tensor operand(Tensor x) {
    return switch (this) {
      case F32 -> x;
      case BF16 -> rounded(x, DType.BF16);
      case F16 -> rounded(x, DType.F16);
    };
  }

  private static Tensor rounded(Tensor x, DType dtype) {
    return x.dtype() == DType.F32 ? x.cast(dtype) : x;
  }

  /// `f32`, `bf16` or `f16`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
