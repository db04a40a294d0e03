package jacquard.tensor.testing;

import jacquard.tensor.Shape;
import java.util.List;

/// Pooling, with and without overlap and padding.
final class PoolingRows {
  private static final Operand ANY = Operand.Real.of(-3, 3);
  private static final List<Shape> IMAGES =
      List.of(
          Shape.of(2, 3, 6, 5), Shape.of(1, 1, 3, 3), Shape.of(0, 2, 4, 4), Shape.of(1, 2, 9, 17));

  private PoolingRows() {}

  static List<OperationRow> rows() {
    return List.of(max(2, 2, 0), max(3, 2, 1), max(3, 1, 0), average(2, 2, 0), average(3, 2, 1));
  }

  private static OperationRow max(int kernel, int stride, int padding) {
    return OperationRow.of(
            name("maxPool2d", kernel, stride, padding),
            t -> t[0].maxPool2d(kernel, stride, padding),
            ANY)
        .withShapes(IMAGES)
        .withTolerance(0, 0)
        .withPlain(in -> pool(in, kernel, stride, padding, true));
  }

  private static OperationRow average(int kernel, int stride, int padding) {
    return OperationRow.of(
            name("avgPool2d", kernel, stride, padding),
            t -> t[0].avgPool2d(kernel, stride, padding),
            ANY)
        .withShapes(IMAGES)
        .withTolerance(4, 16)
        .withPlain(in -> pool(in, kernel, stride, padding, false));
  }

  private static String name(String op, int kernel, int stride, int padding) {
    return op + " kernel " + kernel + " stride " + stride + " padding " + padding;
  }

  private static double[] pool(
      Plain.Arguments in, int kernel, int stride, int padding, boolean max) {
    Shape x = in.shape(0);
    int rows = (x.dim(2) + 2 * padding - kernel) / stride + 1;
    int columns = (x.dim(3) + 2 * padding - kernel) / stride + 1;
    return Plain.fill(
        Shape.of(x.dim(0), x.dim(1), rows, columns),
        i -> {
          double best = Double.NEGATIVE_INFINITY;
          double sum = 0;
          for (int p = 0; p < kernel; p++) {
            for (int q = 0; q < kernel; q++) {
              int row = i[2] * stride - padding + p;
              int column = i[3] * stride - padding + q;
              if (row >= 0 && row < x.dim(2) && column >= 0 && column < x.dim(3)) {
                double v = in.at(0, i[0], i[1], row, column);
                best = Math.max(best, v);
                sum += v;
              }
            }
          }
          return max ? best : sum / (kernel * kernel);
        });
  }
}
