package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import java.util.ArrayList;
import java.util.List;

/// Selection by index tensors, random bits, iota and markers.
final class IndexingRows {
  private static final Operand ANY = Operand.Real.of(-2, 2);

  private IndexingRows() {}

  static List<OperationRow> rows() {
    return List.of(
        gather(DType.I32),
        gather(DType.I64),
        scatterAdd(DType.I32),
        scatterAdd(DType.I64),
        random(),
        iota(),
        MovementRows.movement("detach", Tensor::detach, Shapes.ALL, in -> in.values().get(0))
            .withDifferentiable(),
        OperationRow.of("after", t -> t[0].after(t[1]), ANY, ANY)
            .withShapes(Shape.of(3, 5), Shape.of(2))
            .withTolerance(0, 0)
            .withDifferentiable(0)
            .withPlain(in -> in.values().get(0)),
        OperationRow.of(
                "recompute",
                t -> Tensor.apply(new Op.Recompute(), t[0].mul(t[1]), t[0], t[1]),
                ANY,
                ANY)
            .withShapes(Shape.of(3, 5), Shape.of(5))
            .withPlain(in -> Plain.fill(in.shape(0), i -> in.at(0, i) * in.at(1, i))));
  }

  /// `x[n, R...]`, `index[I...]`
  private static List<List<Shape>> selections() {
    return List.of(
        List.of(Shape.of(1), Shape.scalar()),
        List.of(Shape.of(7), Shape.of(3)),
        List.of(Shape.of(5, 3), Shape.of(4)),
        List.of(Shape.of(5, 17), Shape.of(2, 3)),
        List.of(Shape.of(2, 3, 4), Shape.of(5, 1)),
        List.of(Shape.of(4, 0), Shape.of(3)),
        List.of(Shape.of(4, 3), Shape.of(0)),
        List.of(Shape.of(33, 2), Shape.of(1025)));
  }

  private static Shape gathered(Shape x, Shape index) {
    int[] dims = new int[index.rank() + x.rank() - 1];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = i < index.rank() ? index.dim(i) : x.dim(i - index.rank() + 1);
    }
    return Shape.of(dims);
  }

  private static OperationRow gather(DType index) {
    return OperationRow.of(
            "gather by " + index, t -> t[0].gather(t[1]), ANY, new Operand.Index(index, 0, 0))
        .withCases(selections())
        .withDTypes(OperationRow.ALL)
        .withTolerance(0, 0)
        .withPlain(in -> {
          int row = row(in.shape(0));
          double[] x = in.values().get(0);
          double[] at = in.values().get(1);
          double[] y = new double[at.length * row];
          for (int i = 0; i < at.length; i++) {
            System.arraycopy(x, (int) at[i] * row, y, i * row, row);
          }
          return y;
        });
  }

  private static int row(Shape x) {
    return (int) (x.size() / x.dim(0));
  }

  private static OperationRow scatterAdd(DType index) {
    List<List<Shape>> cases = new ArrayList<>();
    for (List<Shape> pair : selections()) {
      cases.add(List.of(pair.get(0), pair.get(1), gathered(pair.get(0), pair.get(1))));
    }
    return OperationRow.of(
            "scatterAdd by " + index,
            t -> t[0].scatterAdd(t[1], t[2]),
            ANY,
            new Operand.Index(index, 0, 0),
            ANY)
        .withCases(cases)
        .withDTypes(OperationRow.NUMBERS)
        .withTolerance(16, 64)
        .withPlain(in -> {
          int row = row(in.shape(0));
          double[] y = in.values().get(0).clone();
          double[] at = in.values().get(1);
          double[] updates = in.values().get(2);
          for (int i = 0; i < updates.length; i++) {
            y[(int) at[i / row] * row + i % row] += updates[i];
          }
          return y;
        });
  }

  private static OperationRow random() {
    return OperationRow.of(
            "random",
            t -> Tensor.apply(new Op.Random(Shape.of(3, 37), 5), t[0]),
            new Operand.Whole(DType.I64, Long.MIN_VALUE, Long.MAX_VALUE))
        .withShapes(Shape.scalar())
        .withDTypes(java.util.EnumSet.of(DType.I64));
  }

  private static OperationRow iota() {
    return OperationRow.of(
            "iota", t -> Tensor.iota(t[0].dim(0), t[0].dtype(), t[0].device()).add(t[0]), ANY)
        .withShapes(List.of(Shape.of(0), Shape.of(1), Shape.of(37), Shape.of(1025)))
        .withDTypes(OperationRow.NUMBERS)
        .withDifferentiable()
        .withPlain(in -> {
          double[] y = in.values().get(0).clone();
          for (int i = 0; i < y.length; i++) {
            y[i] += i;
          }
          return y;
        });
  }
}
