package jacquard.bench.rows;

import java.util.Arrays;
import java.util.List;

/// Sums of everything, as losses and norms of gradients are, and of columns, as gradients of biases
/// are.
final class SumRows {
  private SumRows() {}

  static List<KernelRow> rows() {
    return List.of(
        all("64k", 1 << 16),
        all("1M", 1 << 20).inBrief(),
        all("16M", 1 << 24),
        columns(768, 384).inBrief(),
        columns(100_352, 64));
  }

  private static KernelRow all(String size, int n) {
    return KernelRow.of(
            "sum-" + size, n, 4.0 * (n + 1), () -> GraphBody.of(List.of(Data.of(1, n).sum())))
        .withPlain(() -> plain(n, 1));
  }

  private static KernelRow columns(int rows, int columns) {
    return KernelRow.of(
            "sum-columns-" + rows + "x" + columns,
            (double) rows * columns,
            4.0 * columns * (rows + 1),
            () -> GraphBody.of(List.of(Data.of(1, rows, columns).sum(0))))
        .withPlain(() -> plain(rows, columns));
  }

  private static Body plain(int rows, int columns) {
    float[] x = Data.array(1, rows, columns);
    double[] sums = new double[columns];
    float[] y = new float[columns];
    return Body.of(
        y,
        () -> {
          Arrays.fill(sums, 0);
          for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
              sums[j] += x[i * columns + j];
            }
          }
          for (int j = 0; j < columns; j++) {
            y[j] = (float) sums[j];
          }
        });
  }
}
