package jacquard.tensor.testing;

import jacquard.tensor.Shape;
import java.util.List;

/// Composites over contractions: products of matrices and convolutions with padding and stride.
final class CompositeProductRows {
  private static final Operand ANY = Operand.Real.of(-3, 3);

  private CompositeProductRows() {}

  static List<OperationRow> rows() {
    List<List<Shape>> products =
        List.of(
            List.of(Shape.of(3, 5), Shape.of(5, 2)),
            List.of(Shape.of(2, 3, 5), Shape.of(5, 4)),
            List.of(Shape.of(3, 5), Shape.of(2, 5, 4)),
            List.of(Shape.of(2, 1, 3, 5), Shape.of(4, 5, 2)),
            List.of(Shape.of(2, 3, 0), Shape.of(0, 4)),
            List.of(Shape.of(0, 5), Shape.of(5, 4)));
    return List.of(
        OperationRow.of("matmul", t -> t[0].matmul(t[1]), ANY, ANY)
            .withCases(products)
            .withDTypes(OperationRow.REALS)
            .withTolerance(16, 64)
            .withPlain(CompositeProductRows::matmul),
        OperationRow.of("matmulWide", t -> t[0].matmulWide(t[1]), ANY, ANY)
            .withCases(products)
            .withDTypes(OperationRow.REALS)
            .withTolerance(16, 64)
            .withPlain(CompositeProductRows::matmul),
        OperationRow.of("conv2d padded and strided", t -> t[0].conv2d(t[1], 2, 1), ANY, ANY)
            .withDTypes(OperationRow.REALS)
            .withShapes(Shape.of(2, 3, 6, 5), Shape.of(4, 3, 3, 3))
            .withTolerance(16, 64),
        OperationRow.of("convTranspose2d", t -> t[0].convTranspose2d(t[1], 2, 1, 1), ANY, ANY)
            .withShapes(Shape.of(2, 3, 4, 3), Shape.of(3, 2, 3, 3))
            .withTolerance(16, 64)
            .withPlain(in -> convTranspose2d(in, 2, 1, 1)));
  }

  private static double[] matmul(Plain.Arguments in) {
    Shape a = in.shape(0);
    Shape b = in.shape(1);
    Shape batch =
        Shape.broadcast("matmul", a.withDim(-1, 1).withDim(-2, 1), b.withDim(-1, 1).withDim(-2, 1));
    Shape result = batch.withDim(-2, a.dim(-2)).withDim(-1, b.dim(-1));
    int rank = result.rank();
    return Plain.fill(
        result,
        i -> {
          double sum = 0;
          for (int k = 0; k < a.dim(-1); k++) {
            int[] left = i.clone();
            int[] right = i.clone();
            left[rank - 1] = k;
            right[rank - 2] = k;
            sum += in.at(0, left) * in.at(1, right);
          }
          return sum;
        });
  }

  /// Every element of the source adds a filter-sized patch to the result.
  private static double[] convTranspose2d(
      Plain.Arguments in, int stride, int padding, int outputPadding) {
    Shape x = in.shape(0);
    Shape w = in.shape(1);
    int h = (x.dim(2) - 1) * stride - 2 * padding + w.dim(2) + outputPadding;
    int v = (x.dim(3) - 1) * stride - 2 * padding + w.dim(3) + outputPadding;
    double[] y = new double[x.dim(0) * w.dim(1) * h * v];
    Plain.fill(
        x,
        i -> {
          for (int o = 0; o < w.dim(1); o++) {
            for (int p = 0; p < w.dim(2); p++) {
              for (int q = 0; q < w.dim(3); q++) {
                int row = i[2] * stride - padding + p;
                int column = i[3] * stride - padding + q;
                if (row >= 0 && row < h && column >= 0 && column < v) {
                  y[((i[0] * w.dim(1) + o) * h + row) * v + column] +=
                      in.at(0, i) * in.at(1, i[1], o, p, q);
                }
              }
            }
          }
          return 0;
        });
    return y;
  }
}
