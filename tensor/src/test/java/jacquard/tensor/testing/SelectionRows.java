package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Composites that select by index, and sorts.
final class SelectionRows {
  private static final Operand ANY = Operand.Real.of(-2, 2);
  private static final Operand TIED = Operand.Real.stepped(-2, 2, 0.25, 0);

  private SelectionRows() {}

  static List<OperationRow> rows() {
    return Stream.of(
            List.of(
                gatherAlong(DType.I32),
                gatherAlong(DType.I64),
                indexSelect(),
                takeAlong(DType.I32, 0),
                takeAlong(DType.I64, -1),
                oneHot(DType.I32),
                oneHot(DType.I64),
                oneHot(DType.U8)),
            ordered("sort", ANY, (x, axis) -> x.sort(axis), SelectionRows::sorted, true),
            ordered(
                "sort descending",
                ANY,
                (x, axis) -> x.sort(axis, true),
                x -> reversed(sorted(x)),
                true),
            ordered("argsort", TIED, (x, axis) -> x.argsort(axis), x -> order(x, 1), false),
            ordered(
                "argsort descending",
                TIED,
                (x, axis) -> x.argsort(axis, true),
                x -> order(x, -1),
                false),
            ordered(
                "topK values",
                ANY,
                (x, axis) -> x.topK(1, axis).values(),
                x -> Arrays.copyOf(reversed(sorted(x)), 1),
                true),
            ordered(
                "topK indices",
                TIED,
                (x, axis) -> x.topK(1, axis).indices(),
                x -> Arrays.copyOf(order(x, -1), 1),
                false))
        .flatMap(List::stream)
        .toList();
  }

  private static OperationRow gatherAlong(DType index) {
    return OperationRow.of(
            "gather along axis 1 by " + index,
            t -> t[0].gather(t[1], 1),
            ANY,
            new Operand.Index(index, 0, 1))
        .withCases(
            List.of(
                List.of(Shape.of(3, 5), Shape.of(4)),
                List.of(Shape.of(2, 7, 3), Shape.of(2, 2)),
                List.of(Shape.of(2, 7, 3), Shape.scalar()),
                List.of(Shape.of(0, 7), Shape.of(2))))
        .withDTypes(OperationRow.ALL)
        .withTolerance(0, 0)
        .withPlain(in -> {
          Shape x = in.shape(0);
          int picked = in.shape(1).arraySize();
          int after = x.rank() == 3 ? x.dim(2) : 1;
          double[] y = new double[x.dim(0) * picked * after];
          for (int i = 0; i < y.length; i++) {
            int from = (int) in.values().get(1)[i / after % picked];
            y[i] = in.values().get(0)[(i / after / picked * x.dim(1) + from) * after + i % after];
          }
          return y;
        });
  }

  private static OperationRow indexSelect() {
    return OperationRow.of(
            "indexSelect",
            t -> t[0].indexSelect(t[1], -1),
            ANY,
            new Operand.Index(DType.I32, 0, -1))
        .withCases(
            List.of(
                List.of(Shape.of(5), Shape.of(3)),
                List.of(Shape.of(3, 5), Shape.of(17)),
                List.of(Shape.of(2, 3, 4), Shape.of(0))))
        .withTolerance(0, 0)
        .withPlain(in -> {
          int last = in.shape(0).rank() - 1;
          return Plain.fill(
              in.shape(0).withDim(last, in.shape(1).dim(0)),
              i -> {
                i[last] = (int) in.at(1, i[last]);
                return in.at(0, i);
              });
        });
  }

  private static OperationRow takeAlong(DType index, int axis) {
    return OperationRow.of(
            "takeAlong axis " + axis + " by " + index,
            t -> t[0].takeAlong(t[1], axis),
            ANY,
            new Operand.Index(index, 0, axis))
        .withCases(
            axis == 0
                ? List.of(
                    List.of(Shape.of(7), Shape.of(3)),
                    List.of(Shape.of(5, 3), Shape.of(2, 3)),
                    List.of(Shape.of(4, 2, 3), Shape.of(9, 2, 3)),
                    List.of(Shape.of(4, 0), Shape.of(2, 0)))
                : List.of(
                    List.of(Shape.of(7), Shape.of(3)),
                    List.of(Shape.of(3, 5), Shape.of(3, 2)),
                    List.of(Shape.of(2, 3, 4), Shape.of(2, 3, 17)),
                    List.of(Shape.of(3, 4), Shape.of(3, 0))))
        .withDTypes(OperationRow.ALL)
        .withTolerance(0, 0)
        .withPlain(in -> {
          int at = in.shape(0).axis("takeAlong", axis);
          return Plain.fill(
              in.shape(1),
              i -> {
                int from = (int) in.at(1, i);
                i[at] = from;
                return in.at(0, i);
              });
        });
  }

  private static OperationRow oneHot(DType index) {
    return OperationRow.of(
            "oneHot of " + index, t -> t[0].oneHot(7), new Operand.Whole(index, 0, 9))
        .withShapes(Shapes.ALL)
        .withDTypes(EnumSet.of(index))
        .withTolerance(0, 0)
        .withPlain(in -> {
          double[] index7 = in.values().get(0);
          double[] y = new double[index7.length * 7];
          Arrays.setAll(y, i -> index7[i / 7] == i % 7 ? 1 : 0);
          return y;
        });
  }

  private interface Along {
    Tensor apply(Tensor x, int axis);
  }

  /// A row for the last axis and one for the first; `plain` maps the elements along it.
  private static List<OperationRow> ordered(
      String name, Operand x, Along function, Function<double[], double[]> plain, boolean values) {
    return Stream.of(0, -1)
        .map(axis -> {
          OperationRow row =
              OperationRow.of(name + " along axis " + axis, t -> function.apply(t[0], axis), x)
                  .withShapes(Shapes.FULL)
                  .withDTypes(OperationRow.NUMBERS)
                  .withTolerance(0, 0)
                  .withPlain(in -> {
                    int at = in.shape(0).axis(name, axis);
                    int n = plain.apply(new double[in.shape(0).dim(at)]).length;
                    return Plain.along(in, at, n, plain::apply);
                  });
          return values ? row : row.withDifferentiable();
        })
        .toList();
  }

  private static double[] sorted(double[] x) {
    return Arrays.stream(x).sorted().toArray();
  }

  private static double[] reversed(double[] x) {
    double[] y = new double[x.length];
    Arrays.setAll(y, i -> x[x.length - 1 - i]);
    return y;
  }

  private static double[] order(double[] x, int sign) {
    // + 0.0 makes a negative zero equal to zero
    Comparator<Integer> ascending = (a, b) -> Double.compare(x[a] + 0.0, x[b] + 0.0);
    return IntStream.range(0, x.length)
        .boxed()
        .sorted(sign > 0 ? ascending : ascending.reversed())
        .mapToDouble(i -> i)
        .toArray();
  }
}
