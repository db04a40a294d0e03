package jacquard.kernels.cuda;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.SplittableRandom;

/// A product whose sums are exact in every order, for kernels that are emulated.
///
/// @param left the left operand as it is multiplied, a view of what is stored
record MatrixProduct(String name, Tensor left, Tensor right) {
  Tensor result() {
    return left.matmulWide(right);
  }

  ExactCase exactCase() {
    return new ExactCase(name, result().node());
  }

  /// A stored matrix whose elements, multiples of 1/8 up to 2, and sums of products are exact.
  static Tensor stored(DType dtype, long seed, int... dims) {
    Shape shape = Shape.of(dims);
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[shape.arraySize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-16, 17) / 8f;
    }
    return Tensor.stored(dtype, values, shape, Device.REFERENCE);
  }

  /// `[m, k]` by `[k, n]`, either of them stored transposed.
  static MatrixProduct plain(DType dtype, int m, int n, int k, boolean ta, boolean tb) {
    Tensor a = ta ? stored(dtype, 1, k, m) : stored(dtype, 1, m, k);
    Tensor b = tb ? stored(dtype, 2, n, k) : stored(dtype, 2, k, n);
    String name = "%s %d %d %d %s %s".formatted(dtype, m, n, k, ta, tb);
    return new MatrixProduct(name, ta ? a.t() : a, tb ? b.t() : b);
  }
}
