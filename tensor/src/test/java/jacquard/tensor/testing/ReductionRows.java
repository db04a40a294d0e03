package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Movement;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.ReduceKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Reductions, running sums and sorts, over the axes that matter for how they are computed: all,
/// the last, the first, several.
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
    for (ReduceKind kind : ReduceKind.values()) {
      rows.add(pairs(kind, 0));
      rows.add(pairs(kind, -1));
    }
    rows.add(argmax(0));
    rows.add(argmax(-1));
    rows.add(
        order("argmax of pairs", t -> stacked(t, -1).argmax(-1), (x, y) -> after(y, x) ? 1 : 0));
    rows.add(
        order(
            "argsort of pairs",
            t -> Tensor.apply(new Op.ArgSort(false), stacked(t, -1)).select(-1, 0),
            (x, y) -> after(x, y) ? 1 : 0));
    rows.add(
        order(
            "argsort of pairs descending",
            t -> Tensor.apply(new Op.ArgSort(true), stacked(t, -1)).select(-1, 0),
            (x, y) -> after(y, x) ? 1 : 0));
    rows.add(cumsum(0));
    rows.add(cumsum(-1));
    rows.add(argsort(false));
    rows.add(argsort(true));
    return rows;
  }

  private static OperationRow reduce(ReduceKind kind, Axes axes) {
    List<Shape> shapes = axes == Axes.ALL ? Shapes.ALL : Shapes.RANKED;
    OperationRow row =
        OperationRow.of(
                kind + " " + axes.toString().toLowerCase(Locale.ROOT),
                // naming no axes means all of them
                t -> keepDims(kind, t[0], t[0].rank() == 0 ? new int[0] : axes.of(t[0].rank())),
                kind == ReduceKind.PROD ? Operand.Real.of(0.9, 1.1) : Operand.Real.of(-2, 2))
            .withShapes(shapes)
            .withDTypes(OperationRow.NUMBERS)
            .withPlain(in -> reduced(kind, in, axes.of(in.shape(0).rank())));
    return withTolerance(row, kind);
  }

  private static Tensor keepDims(ReduceKind kind, Tensor x, int... axes) {
    return switch (kind) {
      case SUM -> x.sumKeepDims(axes);
      case MAX -> x.maxKeepDims(axes);
      case MIN -> x.minKeepDims(axes);
      case PROD -> x.prodKeepDims(axes);
    };
  }

  private static OperationRow withTolerance(OperationRow row, ReduceKind kind) {
    return switch (kind) {
      // the terms of a 1025-element sum cancel, so the error is measured against their size
      case SUM -> row.withTolerance(16, 256);
      case MAX, MIN -> row.withTolerance(0, 0);
      case PROD -> row.withTolerance(1025, 0);
    };
  }

  private static double[] reduced(ReduceKind kind, Plain.Arguments in, int... axes) {
    Shape shape = in.shape(0);
    Shape result = shape;
    for (int axis : axes) {
      result = result.withDim(axis, 1);
    }
    Shape kept = result;
    // integers in long arithmetic, which wraps as theirs does
    long[] whole = new long[result.arraySize()];
    double[] y = new double[result.arraySize()];
    Arrays.fill(whole, kind == ReduceKind.PROD ? 1 : 0);
    Arrays.fill(y, neutral(kind, in.dtype()));
    Plain.fill(
        shape,
        i -> {
          int at = 0;
          for (int a = 0; a < i.length; a++) {
            at = at * kept.dim(a) + (kept.dim(a) == 1 ? 0 : i[a]);
          }
          double x = in.at(0, i);
          switch (kind) {
            case SUM -> {
              y[at] += x;
              whole[at] += (long) x;
            }
            case MAX -> y[at] = x > y[at] ? x : y[at];
            case MIN -> y[at] = x < y[at] ? x : y[at];
            case PROD -> {
              y[at] *= x;
              whole[at] *= (long) x;
            }
          }
          return 0;
        });
    boolean wraps = !in.dtype().isFloat() && (kind == ReduceKind.SUM || kind == ReduceKind.PROD);
    if (wraps) {
      Arrays.setAll(y, i -> in.dtype() == DType.I32 ? (int) whole[i] : whole[i]);
    }
    return y;
  }

  private static double neutral(ReduceKind kind, DType dtype) {
    boolean max = kind == ReduceKind.MAX;
    return switch (kind) {
      case SUM -> 0;
      case PROD -> 1;
      case MAX, MIN ->
          switch (dtype) {
            case F32, F64, F16, BF16 -> max ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            case I32 -> max ? Integer.MIN_VALUE : Integer.MAX_VALUE;
            case I64 -> max ? Long.MIN_VALUE : Long.MAX_VALUE;
            case U8, BOOL -> max ? 0 : 255;
          };
    };
  }

  /// Pairs `(x, y)` reduced along an axis of 2, for the extremes: NaN, infinities and overflow in
  /// either place.
  private static OperationRow pairs(ReduceKind kind, int axis) {
    boolean chooses = kind == ReduceKind.MAX || kind == ReduceKind.MIN;
    // no pair closer to a tie, where the gradient jumps, than 1/8
    Operand left = chooses ? Operand.Real.stepped(-2, 2, 0.25, 0) : Operand.Real.of(-2, 2);
    Operand right = chooses ? Operand.Real.stepped(-2, 2, 0.25, 0.125) : left;
    OperationRow row =
        OperationRow.of(
                kind + " of pairs along axis " + axis,
                t -> keepDims(kind, stacked(t, axis), axis),
                left,
                right)
            .withDTypes(OperationRow.NUMBERS)
            .withExtremes(Extremes.ALL)
            .withPlain(in -> {
              double[] x = in.values().get(0);
              double[] y = in.values().get(1);
              double[] z = new double[x.length];
              for (int i = 0; i < z.length; i++) {
                z[i] =
                    switch (kind) {
                      case SUM -> x[i] + y[i];
                      case MAX -> Math.max(x[i], y[i]);
                      case MIN -> Math.min(x[i], y[i]);
                      case PROD -> x[i] * y[i];
                    };
              }
              return z;
            });
    return switch (kind) {
      case SUM, PROD -> row;
      case MAX, MIN -> row.withTolerance(0, 0);
    };
  }

  private static Tensor stacked(Tensor[] t, int axis) {
    return Movement.concat(axis, List.of(t[0].unsqueeze(axis), t[1].unsqueeze(axis)));
  }

  private static OperationRow argmax(int axis) {
    // the quarter steps make ties
    return OperationRow.of(
            "argmax along axis " + axis,
            t -> t[0].argmax(axis),
            Operand.Real.stepped(-2, 2, 0.25, 0))
        .withShapes(axis == 0 ? Shapes.FULL : Shapes.RANKED)
        .withDTypes(OperationRow.NUMBERS)
        .withDifferentiable()
        .withPlain(in -> {
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

  /// Whether `x` sorts after `y`: NaN is the largest.
  private static boolean after(double x, double y) {
    return Double.isNaN(x) ? !Double.isNaN(y) : x > y;
  }

  private static OperationRow order(
      String name, Function<Tensor[], Tensor> function, DoubleBinaryOperator plain) {
    Operand ties = Operand.Real.stepped(-2, 2, 0.5, 0);
    return OperationRow.of(name, function, ties, ties)
        .withDTypes(OperationRow.NUMBERS)
        .withDifferentiable()
        .withExtremes(Extremes.ALL)
        .withPlain(
            in -> Plain.fill(in.shape(0), i -> plain.applyAsDouble(in.at(0, i), in.at(1, i))));
  }

  private static OperationRow cumsum(int axis) {
    return OperationRow.of(
            "cumsum along axis " + axis, t -> t[0].cumsum(axis), Operand.Real.of(-2, 2))
        .withShapes(Shapes.RANKED)
        .withDTypes(OperationRow.NUMBERS)
        .withTolerance(16, 1024)
        .withPlain(in -> {
          int at = in.shape(0).axis("cumsum", axis);
          return Plain.along(
              in,
              at,
              in.shape(0).dim(at),
              x -> {
                double sum = 0;
                for (int i = 0; i < x.length; i++) {
                  x[i] = sum += x[i];
                }
                return x;
              });
        });
  }

  private static OperationRow argsort(boolean descending) {
    return OperationRow.of(
            "argsort" + (descending ? " descending" : ""),
            t -> Tensor.apply(new Op.ArgSort(descending), t[0]),
            Operand.Real.stepped(-2, 2, 0.25, 0))
        .withShapes(Shapes.RANKED)
        .withDTypes(OperationRow.NUMBERS)
        .withDifferentiable()
        .withPlain(in -> {
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
