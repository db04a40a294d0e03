package jacquard.tensor.testing;

import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.ReduceKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/// Reductions, running sums and sorts, over the axes that matter for how they are computed: all, the last, the first, several.
final class ReductionRows {
  private ReductionRows() {}

  /// Which axes of a shape are reduced.
  private enum Axes {
    ALL,
    LAST,
    FIRST,
    /// Axes 0, 2 and so on: reduced and kept ones alternate.
    ALTERNATING;

    int[] of(int rank) {
      return switch (this) {
        case ALL -> IntStream.range(0, rank).toArray();
        case LAST -> new int[] {rank - 1};
        case FIRST -> new int[] {0};
        case ALTERNATING -> IntStream.range(0, rank).filter(a -> a % 2 == 0).toArray();
      };
    }
  }

  static List<OperationRow> rows() {
    List<OperationRow> rows = new ArrayList<>();
    for (ReduceKind kind : ReduceKind.values()) {
      for (Axes axes : EnumSet.allOf(Axes.class)) {
        rows.add(reduce(kind, axes));
      }
    }
    rows.add(argmax(0));
    rows.add(argmax(-1));
    rows.add(cumsum(0));
    rows.add(cumsum(-1));
    rows.add(argsort(false));
    rows.add(argsort(true));
    return rows;
  }

  private static OperationRow reduce(ReduceKind kind, Axes axes) {
    Operand wide = Operand.Real.of(-2, 2);
    String name = kind + " " + axes.toString().toLowerCase(java.util.Locale.ROOT);
    return switch (kind) {
      // the terms of a 1025-element sum cancel, so the error is measured against their size
      case SUM -> reduce(name, axes, wide, Tensor::sumKeepDims, 0, Double::sum).withTolerance(16, 256);
      case MAX ->
          reduce(name, axes, wide, Tensor::maxKeepDims, Double.NEGATIVE_INFINITY, Math::max)
              .withTolerance(0, 0);
      case MIN ->
          reduce(name, axes, wide, Tensor::minKeepDims, Double.POSITIVE_INFINITY, Math::min)
              .withTolerance(0, 0);
      case PROD ->
          reduce(name, axes, Operand.Real.of(0.9, 1.1), Tensor::prodKeepDims, 1, (x, y) -> x * y)
              .withTolerance(1025, 0);
    };
  }

  private static OperationRow reduce(
      String name,
      Axes axes,
      Operand x,
      BiFunction<Tensor, int[], Tensor> function,
      double neutral,
      DoubleBinaryOperator step) {
    boolean product = neutral == 1;
    boolean extremum = Double.isInfinite(neutral);
    List<Shape> shapes = axes == Axes.ALL ? Shapes.ALL : Shapes.RANKED;
    return OperationRow.of(
            name,
            // naming no axes means all of them
            t -> t[0].rank() == 0 ? function.apply(t[0], new int[0]) : function.apply(t[0], axes.of(t[0].rank())),
            x)
        .withShapes(shapes)
        // a product of integers leaves the range in which doubles are exact; the smallest integer is not -inf
        .withDTypes(product || extremum ? OperationRow.FLOATS : OperationRow.NUMBERS)
        .withPlain(
            in -> {
              Shape shape = in.shape(0);
              Shape result = shape;
              for (int axis : axes.of(shape.rank())) {
                result = result.withDim(axis, 1);
              }
              double[] y = new double[result.arraySize()];
              Arrays.fill(y, neutral);
              Shape kept = result;
              Plain.fill(
                  shape,
                  i -> {
                    int at = 0;
                    for (int a = 0; a < i.length; a++) {
                      at = at * kept.dim(a) + (kept.dim(a) == 1 ? 0 : i[a]);
                    }
                    return y[at] = step.applyAsDouble(y[at], in.at(0, i));
                  });
              return y;
            });
  }

  private static OperationRow argmax(int axis) {
    // the quarter steps make ties
    return OperationRow.of(
            "argmax along axis " + axis, t -> t[0].argmax(axis), Operand.Real.stepped(-2, 2, 0.25, 0))
        .withShapes(axis == 0 ? Shapes.FULL : Shapes.RANKED)
        .withDTypes(OperationRow.NUMBERS)
        .withDifferentiable()
        .withPlain(
            in -> {
              Shape shape = in.shape(0);
              int at = shape.axis("argmax", axis);
              return Plain.fill(
                  shape.withDim(at, 1),
                  i -> {
                    int best = 0;
                    for (int k = 1; k < shape.dim(at); k++) {
                      if (in.at(0, with(i, at, k)) > in.at(0, with(i, at, best))) {
                        best = k;
                      }
                    }
                    return best;
                  });
            });
  }

  private static int[] with(int[] index, int axis, int value) {
    int[] copy = index.clone();
    copy[axis] = value;
    return copy;
  }

  private static OperationRow cumsum(int axis) {
    return OperationRow.of(
            "cumsum along axis " + axis, t -> t[0].cumsum(axis), Operand.Real.of(-2, 2))
        .withShapes(Shapes.RANKED)
        .withDTypes(OperationRow.NUMBERS)
        .withTolerance(16, 1024)
        .withPlain(
            in -> {
              int at = in.shape(0).axis("cumsum", axis);
              return Plain.fill(
                  in.shape(0),
                  i -> {
                    double sum = 0;
                    for (int k = 0; k <= i[at]; k++) {
                      sum += in.at(0, with(i, at, k));
                    }
                    return sum;
                  });
            });
  }

  private static OperationRow argsort(boolean descending) {
    Set<Integer> none = Set.of();
    return OperationRow.of(
            "argsort" + (descending ? " descending" : ""),
            t -> Tensor.apply(new Op.ArgSort(descending), t[0]),
            Operand.Real.stepped(-2, 2, 0.25, 0))
        .withShapes(Shapes.RANKED)
        .withDTypes(OperationRow.NUMBERS)
        .withDifferentiable(none.toArray(Integer[]::new))
        .withPlain(
            in -> {
              Shape shape = in.shape(0);
              int n = shape.dim(-1);
              double[] x = in.values().get(0);
              double[] y = new double[x.length];
              for (int i = 0; i < x.length; i++) {
                // the place of an element is the number of elements that come before it
                int row = i - i % n;
                int place = 0;
                for (int j = row; j < row + n; j++) {
                  boolean before = descending ? x[j] > x[i] : x[j] < x[i];
                  if (before || (x[j] == x[i] && j < i)) {
                    place++;
                  }
                }
                y[row + place] = i - row;
              }
              return y;
            });
  }
}
