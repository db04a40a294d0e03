package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Composites: rows of operations that are one expression over primitives. Most have plain loops
/// all the same, so that the expression itself is tested.
final class CompositeRows {
  private static final Operand ANY = Operand.Real.of(-3, 3);

  private CompositeRows() {}

  static List<OperationRow> rows() {
    List<OperationRow> rows = new ArrayList<>();
    rows.addAll(comparisons());
    rows.addAll(arithmetic());
    rows.addAll(activations());
    rows.addAll(statistics());
    rows.addAll(movements());
    rows.addAll(CompositeProductRows.rows());
    return rows;
  }

  /// One value of a result from the values of the operands at the same (broadcast) place.
  interface Each {
    double apply(double[] x);
  }

  static OperationRow each(
      String name, Function<Tensor[], Tensor> function, Each plain, Operand... operands) {
    return OperationRow.of(name, function, operands)
        .withPlain(in -> {
          Shape shape = in.shape(0);
          for (int k = 1; k < operands.length; k++) {
            shape = Shape.broadcast(name, shape, in.shape(k));
          }
          return Plain.fill(
              shape,
              i -> {
                double[] x = new double[operands.length];
                for (int k = 0; k < x.length; k++) {
                  x[k] = in.at(k, i);
                }
                return plain.apply(x);
              });
        });
  }

  private static List<OperationRow> comparisons() {
    Operand steps = Operand.Real.stepped(-2, 2, 0.5, 0);
    List<OperationRow> rows =
        List.of(
            each("gt", t -> t[0].gt(t[1]), x -> x[0] > x[1] ? 1 : 0, steps, steps),
            each("ge", t -> t[0].ge(t[1]), x -> x[0] >= x[1] ? 1 : 0, steps, steps),
            each("le", t -> t[0].le(t[1]), x -> x[0] <= x[1] ? 1 : 0, steps, steps),
            each("ne", t -> t[0].ne(t[1]), x -> x[0] != x[1] ? 1 : 0, steps, steps),
            each("gt a number", t -> t[0].gt(1), x -> x[0] > 1 ? 1 : 0, steps),
            each("ge a number", t -> t[0].ge(1), x -> x[0] >= 1 ? 1 : 0, steps),
            each("lt a number", t -> t[0].lt(1), x -> x[0] < 1 ? 1 : 0, steps),
            each("le a number", t -> t[0].le(1), x -> x[0] <= 1 ? 1 : 0, steps),
            each("eq a number", t -> t[0].eq(1), x -> x[0] == 1 ? 1 : 0, steps),
            each("ne a number", t -> t[0].ne(1), x -> x[0] != 1 ? 1 : 0, steps));
    return rows.stream()
        .map(row ->
            row.withDTypes(OperationRow.NUMBERS).withDifferentiable().withExtremes(Extremes.ALL))
        .toList();
  }

  private static List<OperationRow> arithmetic() {
    Operand positive = Operand.Real.of(0.3, 3);
    return List.of(
        each("add a number", t -> t[0].add(2), x -> x[0] + 2, ANY).withDTypes(OperationRow.NUMBERS),
        each("sub a number", t -> t[0].sub(2), x -> x[0] - 2, ANY).withDTypes(OperationRow.NUMBERS),
        each("mul by a number", t -> t[0].mul(3), x -> x[0] * 3, ANY)
            .withDTypes(OperationRow.NUMBERS),
        each("div by a number", t -> t[0].div(3), x -> x[0] / 3, ANY),
        each(
                "mod by a number",
                t -> t[0].mod(2),
                x -> (x[0] % 2 + 2) % 2,
                Operand.Real.stepped(-3, 3, 0.25, 0.125))
            .withTolerance(4, 4),
        each(
                "maximum with a number",
                t -> t[0].maximum(1),
                x -> Math.max(x[0], 1),
                Operand.Real.of(-3, 3).withKinks(1.0))
            .withDTypes(OperationRow.NUMBERS),
        each(
                "minimum with a number",
                t -> t[0].minimum(1),
                x -> Math.min(x[0], 1),
                Operand.Real.of(-3, 3).withKinks(1.0))
            .withDTypes(OperationRow.NUMBERS),
        each("square", t -> t[0].square(), x -> x[0] * x[0], ANY).withDTypes(OperationRow.NUMBERS),
        each("pow 1", t -> t[0].pow(1), x -> x[0], ANY),
        each("pow 2", t -> t[0].pow(2), x -> x[0] * x[0], ANY),
        each("pow 3", t -> t[0].pow(3), x -> x[0] * x[0] * x[0], ANY).withTolerance(2, 0),
        each("pow a half", t -> t[0].pow(0.5), x -> Math.sqrt(x[0]), positive),
        each("pow -1", t -> t[0].pow(-1), x -> 1 / x[0], positive).withTolerance(1, 0),
        each("pow -1.5", t -> t[0].pow(-1.5), x -> 1 / (x[0] * Math.sqrt(x[0])), positive)
            .withTolerance(16, 0),
        each("not", t -> t[0].not(), x -> -x[0] - 1, ANY)
            .withDTypes(OperationRow.INTEGERS)
            .withDifferentiable()
            .withExtremes(Extremes.ALL),
        each("not of a condition", t -> t[0].not(), x -> 1 - x[0], new Operand.Truth())
            .withDTypes(java.util.EnumSet.of(DType.BOOL)),
        each("shl by a number", t -> t[0].shl(3), x -> x[0] * 8, Operand.Real.of(0, 2))
            .withDTypes(OperationRow.INTEGERS)
            .withDifferentiable()
            .withExtremes(Extremes.ALL),
        each("shr by a number", t -> t[0].shr(3), x -> Math.floor(x[0] / 8), Operand.Real.of(0, 9))
            .withDTypes(OperationRow.INTEGERS)
            .withDifferentiable()
            .withExtremes(Extremes.ALL));
  }

  private static List<OperationRow> activations() {
    List<OperationRow> rows = new ArrayList<>();
    rows.add(
        each(
                "relu",
                t -> t[0].relu(),
                x -> x[0] > 0 ? x[0] : 0,
                Operand.Real.of(-3, 3).withKinks(0.0))
            .withDTypes(OperationRow.NUMBERS));
    for (int axis : new int[] {0, -1}) {
      rows.add(
          alongAxis("softmax", axis, t -> t[0].softmax(axis), (x, i) -> Math.exp(x[i]) / sumExp(x))
              .withTolerance(32, 0));
      rows.add(
          alongAxis(
                  "logSoftmax",
                  axis,
                  t -> t[0].logSoftmax(axis),
                  (x, i) -> x[i] - Math.log(sumExp(x)))
              .withTolerance(16, 16));
    }
    return rows;
  }

  static double sumExp(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += Math.exp(v);
    }
    return sum;
  }

  /// Element `i` of a result's row along one axis, from that row of the operand.
  interface AlongAxis {
    double apply(double[] x, int i);
  }

  private static OperationRow alongAxis(
      String name, int axis, Function<Tensor[], Tensor> function, AlongAxis plain) {
    return alongAxis(name, axis, Operand.Real.of(-5, 5), function, plain);
  }

  static OperationRow alongAxis(
      String name, int axis, Operand x, Function<Tensor[], Tensor> function, AlongAxis plain) {
    return OperationRow.of(name + " along axis " + axis, function, x)
        .withShapes(axis == 0 ? Shapes.FULL : Shapes.RANKED)
        .withPlain(in -> {
          int at = in.shape(0).axis(name, axis);
          int n = in.shape(0).dim(at);
          return Plain.along(
              in,
              at,
              n,
              row -> IntStream.range(0, n).mapToDouble(i -> plain.apply(row, i)).toArray());
        });
  }

  static double[] row(Plain.Arguments in, int[] index, int axis) {
    double[] x = new double[in.shape(0).dim(axis)];
    for (int k = 0; k < x.length; k++) {
      int[] at = index.clone();
      at[axis] = k;
      x[k] = in.at(0, at);
    }
    return x;
  }

  interface Statistic {
    double of(double[] x);
  }

  static final List<Shape> MATRICES_FULL =
      Shapes.FULL.stream().filter(shape -> shape.rank() >= 2).toList();

  private static List<OperationRow> statistics() {
    List<OperationRow> rows = new ArrayList<>();
    rows.addAll(statistic("sum", ANY, Tensor::sum, Tensor::sumKeepDims, CompositeRows::sum));
    rows.addAll(
        statistic(
            "max",
            ANY,
            Tensor::max,
            Tensor::maxKeepDims,
            x -> Arrays.stream(x).max().orElseThrow()));
    rows.addAll(
        statistic(
            "min",
            ANY,
            Tensor::min,
            Tensor::minKeepDims,
            x -> Arrays.stream(x).min().orElseThrow()));
    rows.addAll(
        statistic(
            "prod",
            Operand.Real.of(0.9, 1.1),
            Tensor::prod,
            Tensor::prodKeepDims,
            x -> Arrays.stream(x).reduce(1, (a, b) -> a * b)));
    rows.addAll(statistic("mean", ANY, Tensor::mean, Tensor::meanKeepDims, CompositeRows::mean));
    rows.addAll(
        statistic(
            "variance", ANY, Tensor::variance, Tensor::varianceKeepDims, CompositeRows::variance));
    rows.addAll(
        statistic(
            "logSumExp",
            ANY,
            Tensor::logSumExp,
            Tensor::logSumExpKeepDims,
            x -> Math.log(sumExp(x))));
    return rows;
  }

  private static double sum(double[] x) {
    return Arrays.stream(x).sum();
  }

  static double mean(double[] x) {
    return sum(x) / x.length;
  }

  static double variance(double[] x) {
    double mean = mean(x);
    return Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / x.length;
  }

  interface Reduction {
    Tensor apply(Tensor x, int... axes);
  }

  /// A statistic over all elements, over the last axis, and over the first kept with size 1.
  static List<OperationRow> statistic(
      String name, Operand x, Reduction dropping, Reduction keeping, Statistic plain) {
    return List.of(
            OperationRow.of(name + " of everything", t -> dropping.apply(t[0]), x)
                .withShapes(Shapes.FULL)
                .withPlain(in -> new double[] {plain.of(in.values().get(0))}),
            OperationRow.of(name + " dropping the last axis", t -> dropping.apply(t[0], -1), x)
                .withShapes(MATRICES_FULL)
                .withPlain(in -> reduced(in, in.shape(0).rank() - 1, plain)),
            OperationRow.of(name + "KeepDims of the first axis", t -> keeping.apply(t[0], 0), x)
                .withShapes(MATRICES_FULL)
                .withPlain(in -> reduced(in, 0, plain)))
        .stream()
        .map(row -> row.withTolerance(name.equals("prod") ? 1025 : 16, 256))
        .toList();
  }

  private static double[] reduced(Plain.Arguments in, int axis, Statistic plain) {
    return Plain.along(in, axis, 1, row -> new double[] {plain.of(row)});
  }

  private static List<OperationRow> movements() {
    List<Shape> shapes = Shapes.MATRICES;
    return List.of(
        same("unsqueeze", x -> x.unsqueeze(-1), Shapes.RANKED),
        same("squeeze", x -> x.unsqueeze(1).squeeze(1), Shapes.RANKED),
        same("flatten", x -> x.flatten(1), shapes),
        MovementRows.movement("t", Tensor::t, shapes, in -> swapped(in, -2, -1)),
        MovementRows.movement(
            "transpose", x -> x.transpose(0, -1), shapes, in -> swapped(in, 0, -1)),
        MovementRows.movement(
            "select",
            x -> x.select(-1, -1),
            MATRICES_FULL,
            in -> {
              int last = in.shape(0).rank() - 1;
              int n = in.shape(0).dim(last);
              return Plain.fill(
                  in.shape(0).withDim(last, 1),
                  i -> {
                    i[last] = n - 1;
                    return in.at(0, i);
                  });
            }),
        MovementRows.movement(
            "slice backwards",
            x -> x.slice(-1, -1, 0, -2),
            MATRICES_FULL,
            in -> {
              int last = in.shape(0).rank() - 1;
              int n = in.shape(0).dim(last);
              return Plain.fill(
                  in.shape(0).withDim(last, n / 2),
                  i -> {
                    i[last] = n - 1 - 2 * i[last];
                    return in.at(0, i);
                  });
            }),
        MovementRows.movement(
            "pad one axis",
            x -> x.pad(-1, 2, 1),
            Shapes.RANKED,
            in -> {
              int last = in.shape(0).rank() - 1;
              int n = in.shape(0).dim(last);
              return Plain.fill(
                  in.shape(0).withDim(last, n + 3),
                  i -> {
                    i[last] -= 2;
                    return i[last] < 0 || i[last] >= n ? 0 : in.at(0, i);
                  });
            }));
  }

  private static OperationRow same(
      String name, Function<Tensor, Tensor> function, List<Shape> shapes) {
    return MovementRows.movement(name, function, shapes, in -> in.values().get(0));
  }

  private static double[] swapped(Plain.Arguments in, int axis, int other) {
    Shape shape = in.shape(0);
    int a = shape.axis("swapped", axis);
    int b = shape.axis("swapped", other);
    return Plain.fill(
        shape.withDim(a, shape.dim(b)).withDim(b, shape.dim(a)),
        i -> {
          int swapped = i[a];
          i[a] = i[b];
          i[b] = swapped;
          return in.at(0, i);
        });
  }
}
