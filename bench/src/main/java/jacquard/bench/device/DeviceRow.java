package jacquard.bench.device;

import jacquard.tensor.DType;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/// A large kernel.
///
/// Operands are standard normal numbers, as those of `gpu_torch.py`: how much power a GPU takes,
/// and so its clock, depends on the bits that it multiplies. Sums of 8,192 products are within some
/// hundreds, which f16 holds.
///
/// @param name what `bench targets` finds it by
/// @param bytes read and written
/// @param flops of products, else 0
/// @param result what the kernel computes, not yet computed
record DeviceRow(String name, double bytes, double flops, Supplier<Tensor> result) {
  /// Columns of the tensors that aren't multiplied.
  static final int ROW = 1024;

  /// All of them.
  ///
  /// @param elements of a vector, rounded down to rows of [#ROW]
  /// @param side of a matrix
  static List<DeviceRow> all(int elements, int side) {
    int count = elements / ROW;
    Tensor x = normal(DType.F32, 1, count, ROW);
    Tensor y = normal(DType.F32, 2, count, ROW);
    Tensor weight = normal(DType.F32, 3, ROW);
    double once = 4.0 * count * ROW;
    List<DeviceRow> rows = new ArrayList<>();
    rows.add(new DeviceRow("copy", 2 * once, 0, x::neg));
    rows.add(new DeviceRow("add", 3 * once, 0, () -> x.add(y)));
    rows.add(new DeviceRow("gelu", 2 * once, 0, x::gelu));
    rows.add(new DeviceRow("bias+gelu+residual", 3 * once, 0, () -> x.add(weight).gelu().add(y)));
    rows.add(new DeviceRow("sum of rows", once, 0, () -> x.sum(-1)));
    rows.add(new DeviceRow("softmax of rows", 2 * once, 0, () -> x.softmax(-1)));
    rows.add(new DeviceRow("sum of all", once, 0, () -> x.sum()));
    rows.add(new DeviceRow("sum of columns", once, 0, () -> x.sum(0)));
    rows.addAll(products(DType.F32, side));
    for (DType dtype : List.of(DType.BF16, DType.F16)) {
      for (int size = side; size <= 2 * side; size *= 2) {
        rows.addAll(products(dtype, size));
      }
    }
    return rows;
  }

  /// Square matrices of one dtype, in and out: 16-bit numbers are added in f32, and each sum is
  /// rounded by the kernel that made it.
  static List<DeviceRow> products(DType dtype, int side) {
    Tensor a = normal(dtype, 4, side, side);
    Tensor b = normal(dtype, 5, side, side);
    double flops = 2.0 * side * side * side;
    double bytes = 3.0 * dtype.bytes() * side * side;
    String name = dtype + " product " + side;
    return List.of(
        new DeviceRow(name, bytes, flops, () -> a.matmul(b)),
        new DeviceRow(name + ", a b^T", bytes, flops, () -> a.matmul(b.t())),
        new DeviceRow(name + ", a^T b", bytes, flops, () -> a.t().matmul(b)));
  }

  private static Tensor normal(DType dtype, int seed, int... dims) {
    return Tensor.randn(Key.of(seed), dims).cast(dtype).realise();
  }

  /// A line for `bench targets`.
  ///
  /// @param nanos of a run
  String json(double nanos) {
    return String.format(
        Locale.ROOT,
        "{\"peer\": \"jacquard\", \"workload\": \"%s\", \"ms_per_step\": %.4f, \"%s\": %.1f}",
        name,
        nanos * 1e-6,
        flops > 0 ? "gflops" : "gb_per_s",
        (flops > 0 ? flops : bytes) / nanos);
  }
}
