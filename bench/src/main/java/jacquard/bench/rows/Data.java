package jacquard.bench.rows;

import jacquard.tensor.Key;
import jacquard.tensor.Tensor;

/// Operands: standard normal numbers, in memory that the device chose.
final class Data {
  private Data() {}

  /// @param index operands of different indices differ
  static Tensor of(int index, int... dims) {
    return Tensor.randn(Key.of(index), dims).realise();
  }

  static float[] array(int index, int... dims) {
    return of(index, dims).toFloatArray();
  }

  static int size(int... dims) {
    int size = 1;
    for (int dim : dims) {
      size = Math.multiplyExact(size, dim);
    }
    return size;
  }
}
