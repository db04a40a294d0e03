package jacquard.nn;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;

/*
 * B batch, T time, H heads, E size of a head, P positions
 */

/// Rotary position embedding: columns `i` and `i + E/2` of a query or key are a point in a plane,
/// which position `p` turns by `p base^(-2 i / E)`.
///
/// The pairing is that of Hugging Face's Llama; the paper pairs neighbours, which is the same with
/// the rows of the projections in another order. Sines and cosines are computed in double precision
/// on the host, once for all layers.
///
/// @param cos `[P, 1, E/2]`
/// @param sin `[P, 2, E/2]`: of both columns, negative for the first
/// @see <a href="https://arxiv.org/abs/2104.09864">Su et al.: RoFormer</a>
public record Rotary(Tensor cos, Tensor sin) {

  /// @param size E
  /// @param positions P
  /// @throws IllegalArgumentException if `size` is odd
  static Rotary of(double base, int size, int positions, DType dtype, Device device) {
    if (size % 2 != 0) {
      throw new IllegalArgumentException(
          "rotary: heads of " + size + " columns, expected an even number");
    }
    int half = size / 2;
    double[] cos = new double[Shape.of(positions, half).arraySize()];
    double[] sin = new double[Shape.of(positions, size).arraySize()];
    for (int i = 0; i < half; i++) {
      double step = StrictMath.pow(base, -2.0 * i / size);
      for (int p = 0; p < positions; p++) {
        cos[p * half + i] = StrictMath.cos(p * step);
        sin[p * size + half + i] = StrictMath.sin(p * step);
        sin[p * size + i] = -sin[p * size + half + i];
      }
    }
    return new Rotary(
        Init.stored(dtype, cos, Shape.of(positions, 1, half), device),
        Init.stored(dtype, sin, Shape.of(positions, 2, half), device));
  }

  /// The angles of the first `time` positions: one more axis, for the heads, behind the position's.
  Rotary first(int time) {
    return new Rotary(cos.slice(0, 0, time).unsqueeze(1), sin.slice(0, 0, time).unsqueeze(1));
  }

  /// The angles of given positions.
  ///
  /// @param position i32 `[B, T]`
  Rotary at(Tensor position) {
    return new Rotary(cos.gather(position).unsqueeze(2), sin.gather(position).unsqueeze(2));
  }

  /// Turns queries or keys by these angles, which [#first] or [#at] chose.
  ///
  /// @param x `[B, T, H, E]`
  /// @return the same shape
  Tensor turn(Tensor x) {
    Tensor pairs = x.reshape(x.dim(0), x.dim(1), x.dim(2), 2, x.dim(3) / 2);
    // a point (a, b) becomes (a cos - b sin, b cos + a sin)
    return pairs.mul(cos).add(pairs.flip(3).mul(sin)).reshape(x.shape());
  }
}
