package jacquard.tensor.testing;

import static jacquard.tensor.testing.CompositeRows.each;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.UnaryKind;
import jacquard.tensor.reference.FloatArithmetic;
import java.util.Arrays;
import java.util.List;

/// Activations and the cross-entropy of logits.
final class ActivationRows {
  private static final Operand WIDE = Operand.Real.of(-8, 8);
  private static final Operand KINKED = Operand.Real.of(-3, 3).withKinks(0.0);

  private ActivationRows() {}

  static List<OperationRow> rows() {
    return List.of(
        each("leakyRelu", t -> t[0].leakyRelu(0.25), x -> x[0] > 0 ? x[0] : x[0] / 4, KINKED),
        each("elu", t -> t[0].elu(1), x -> x[0] > 0 ? x[0] : Math.expm1(x[0]), KINKED)
            .withTolerance(16, 0),
        each("elu alpha 2", t -> t[0].elu(2), x -> x[0] > 0 ? x[0] : 2 * Math.expm1(x[0]), KINKED)
            .withTolerance(16, 0),
        each("silu", t -> t[0].silu(), x -> x[0] / (1 + Math.exp(-x[0])), WIDE)
            .withTolerance(32, 1),
        each("gelu", t -> t[0].gelu(), x -> gelu(x[0]), Operand.Real.of(-5, 5))
            // the error of the sigmoid's argument, up to 16, comes back times that
            .withTolerance(128, 4),
        each("geluErf", t -> t[0].geluErf(), x -> geluErf(x[0]), Operand.Real.of(-5, 5))
            .withTolerance(32, 16),
        each("softplus", t -> t[0].softplus(), x -> softplus(x[0]), WIDE).withTolerance(32, 0),
        each("logSigmoid", t -> t[0].logSigmoid(), x -> -softplus(-x[0]), WIDE)
            .withTolerance(32, 0),
        crossEntropy(DType.I32),
        crossEntropy(DType.I64));
  }

  private static double gelu(double x) {
    return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  private static double geluErf(double x) {
    return x / 2 * (1 + FloatArithmetic.unary(UnaryKind.ERF, x / Math.sqrt(2)));
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static OperationRow crossEntropy(DType target) {
    return OperationRow.of(
            "crossEntropyWithLogits by " + target,
            t -> t[0].crossEntropyWithLogits(t[1]),
            WIDE,
            new Operand.Index(target, 0, -1))
        .withCases(
            List.of(
                List.of(Shape.of(7), Shape.scalar()),
                List.of(Shape.of(3, 5), Shape.of(3)),
                List.of(Shape.of(2, 3, 17), Shape.of(2, 3)),
                List.of(Shape.of(4, 1), Shape.of(4)),
                List.of(Shape.of(0, 4), Shape.of(0)),
                List.of(Shape.of(2, 1025), Shape.of(2))))
        .withTolerance(64, 64)
        .withPlain(in -> {
          int classes = in.shape(0).dim(-1);
          double[] x = in.values().get(0);
          double[] targets = in.values().get(1);
          double[] y = new double[targets.length];
          Arrays.setAll(
              y,
              row -> {
                double[] logits = Arrays.copyOfRange(x, row * classes, (row + 1) * classes);
                return Math.log(CompositeRows.sumExp(logits)) - logits[(int) targets[row]];
              });
          return y;
        });
  }
}
