package jacquard.tensor.testing;

import static jacquard.tensor.testing.CompositeRows.alongAxis;
import static jacquard.tensor.testing.CompositeRows.mean;
import static jacquard.tensor.testing.CompositeRows.row;
import static jacquard.tensor.testing.CompositeRows.variance;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;

/// Norms, normalisation, and reductions that are composites.
final class NormRows {
  private static final Operand ANY = Operand.Real.of(-3, 3);
  private static final Operand POSITIVE = Operand.Real.of(0.3, 3);
  private static final Operand KINKED = Operand.Real.of(-3, 3).withKinks(0.0);
  private static final double EPS = 0.01;

  private NormRows() {}

  static List<OperationRow> rows() {
    List<OperationRow> rows = new ArrayList<>();
    rows.addAll(statistic("l1Norm", KINKED, Tensor::l1Norm, x -> norm(x, 1)));
    rows.addAll(statistic("l2Norm", KINKED, Tensor::l2Norm, x -> norm(x, 2)));
    rows.addAll(statistic("pNorm 3", KINKED, (x, axes) -> x.pNorm(3, axes), x -> norm(x, 3)));
    rows.addAll(
        statistic(
            "pNorm infinity",
            KINKED,
            (x, axes) -> x.pNorm(Double.POSITIVE_INFINITY, axes),
            x -> Arrays.stream(x).map(Math::abs).max().orElseThrow()));
    rows.addAll(
        CompositeRows.statistic(
                "std", ANY, Tensor::std, Tensor::stdKeepDims, x -> Math.sqrt(variance(x)))
            .stream()
            // the standard deviation of one element has no derivative
            .map(r ->
                r.withShapes(r.cases().stream().map(c -> c.get(0)).filter(NormRows::wide).toList()))
            .toList());
    rows.add(keptL2Norm());
    rows.add(truth("any", Tensor::any));
    rows.add(truth("all", Tensor::all));
    for (int axis : new int[] {0, -1}) {
      rows.addAll(along(axis));
      rows.addAll(normalisation(axis));
    }
    return rows;
  }

  private static boolean wide(Shape shape) {
    return shape.dim(0) > 1 && shape.dim(-1) > 1;
  }

  private static double norm(double[] x, double p) {
    return Math.pow(Arrays.stream(x).map(v -> Math.pow(Math.abs(v), p)).sum(), 1 / p);
  }

  private static List<OperationRow> statistic(
      String name, Operand x, CompositeRows.Reduction dropping, CompositeRows.Statistic plain) {
    return CompositeRows.statistic(name, x, dropping, dropping, plain).stream()
        // the third row keeps the reduced axis, which these don't
        .limit(2)
        .toList();
  }

  private static OperationRow keptL2Norm() {
    return OperationRow.of("l2NormKeepDims", t -> t[0].l2NormKeepDims(0), KINKED)
        .withShapes(CompositeRows.MATRICES_FULL)
        .withTolerance(16, 0)
        .withPlain(in -> Plain.fill(in.shape(0).withDim(0, 1), i -> norm(row(in, i, 0), 2)));
  }

  private static OperationRow truth(String name, CompositeRows.Reduction function) {
    boolean any = name.equals("any");
    return OperationRow.of(
            name + " along the last axis",
            t -> function.apply(t[0], -1),
            // mostly 0 for any, mostly not for all
            Operand.Real.stepped(any ? -0.2 : 0.2, any ? 1.1 : 4, 1, 0))
        .withShapes(CompositeRows.MATRICES_FULL)
        .withDTypes(EnumSet.of(DType.F32, DType.F64, DType.I32, DType.U8, DType.BOOL))
        .withDifferentiable()
        .withPlain(in -> {
          int last = in.shape(0).rank() - 1;
          return Plain.fill(
              in.shape(0).withDim(last, 1),
              i -> {
                double[] x = row(in, i, last);
                return (any
                        ? Arrays.stream(x).anyMatch(v -> v != 0)
                        : Arrays.stream(x).allMatch(v -> v != 0))
                    ? 1
                    : 0;
              });
        });
  }

  private static List<OperationRow> along(int axis) {
    return List.of(
        alongAxis(
                "cumprod",
                axis,
                Operand.Real.of(0.9, 1.1),
                t -> t[0].cumprod(axis),
                (x, i) ->
                    IntStream.rangeClosed(0, i).mapToDouble(k -> x[k]).reduce(1, (a, b) -> a * b))
            .withShapes(small())
            .withTolerance(64, 0),
        OperationRow.of(
                "argmin along axis " + axis,
                t -> t[0].argmin(axis),
                Operand.Real.stepped(-2, 2, 0.25, 0))
            .withShapes(axis == 0 ? Shapes.FULL : Shapes.RANKED)
            .withDTypes(OperationRow.NUMBERS)
            .withDifferentiable()
            .withPlain(in -> {
              int at = in.shape(0).axis("argmin", axis);
              return Plain.fill(in.shape(0).withDim(at, 1), i -> first(row(in, i, at)));
            }));
  }

  private static List<Shape> small() {
    return Shapes.FULL.stream().filter(shape -> shape.size() < 1000).toList();
  }

  private static int first(double[] x) {
    int best = 0;
    for (int k = 1; k < x.length; k++) {
      best = x[k] < x[best] ? k : best;
    }
    return best;
  }

  private static List<OperationRow> normalisation(int axis) {
    return List.of(
        alongAxis(
                "normalize",
                axis,
                POSITIVE,
                t -> t[0].normalize(axis, EPS),
                (x, i) -> x[i] / Math.max(norm(x, 2), EPS))
            .withTolerance(32, 0),
        alongAxis("layerNorm", axis, ANY, t -> t[0].layerNorm(axis, EPS), (x, i) -> layerNorm(x, i))
            // where all elements are equal, the rounding of their mean is divided by the root of
            // EPS
            .withTolerance(64, 1024),
        affine(
                "layerNorm with weight and bias, axis " + axis,
                axis,
                t -> t[0].layerNorm(axis, t[1], t[2], EPS),
                (x, weight, bias, i) -> layerNorm(x, i) * weight + bias)
            .withTolerance(64, 4096),
        affine(
                "rmsNorm along axis " + axis,
                axis,
                t -> t[0].rmsNorm(axis, t[1], EPS),
                (x, weight, bias, i) ->
                    x[i] / Math.sqrt(norm(x, 2) * norm(x, 2) / x.length + EPS) * weight)
            .withDifferentiable(0, 1)
            .withTolerance(64, 0),
        OperationRow.of(
                "cosineSimilarity along axis " + axis,
                t -> t[0].cosineSimilarity(t[1], axis, EPS),
                ANY,
                ANY)
            .withCases(
                CompositeRows.MATRICES_FULL.stream()
                    .filter(NormRows::wide)
                    .map(s -> List.of(s, s))
                    .toList())
            .withTolerance(64, 64)
            .withPlain(in -> {
              int at = in.shape(0).axis("cosineSimilarity", axis);
              Plain.Arguments second =
                  new Plain.Arguments(in.dtype(), in.shapes(), in.values().reversed());
              return Plain.fill(
                  in.shape(0).withDim(at, 1),
                  i -> {
                    double[] x = row(in, i, at);
                    double[] y = row(second, i, at);
                    double products = 0;
                    for (int k = 0; k < x.length; k++) {
                      products += x[k] * y[k];
                    }
                    return products / norm(x, 2) / norm(y, 2);
                  });
            }));
  }

  private static double layerNorm(double[] x, int i) {
    return (x[i] - mean(x)) / Math.sqrt(variance(x) + EPS);
  }

  private interface Affine {
    double apply(double[] x, double weight, double bias, int i);
  }

  private static OperationRow affine(
      String name, int axis, java.util.function.Function<Tensor[], Tensor> function, Affine plain) {
    return OperationRow.of(name, function, ANY, POSITIVE, ANY)
        .withCases(
            Shapes.FULL.stream()
                .map(s -> List.of(s, Shape.of(s.dim(axis)), Shape.of(s.dim(axis))))
                .toList())
        .withPlain(in -> {
          int at = in.shape(0).axis(name, axis);
          return Plain.fill(
              in.shape(0),
              i -> plain.apply(row(in, i, at), in.at(1, i[at]), in.at(2, i[at]), i[at]));
        });
  }
}
