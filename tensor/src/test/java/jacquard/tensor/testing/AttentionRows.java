package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/*
 * B batch, T queries, S keys, H heads, E size of a head
 */

/// Attention, the logarithms of its sums, and its gradient, which is an operation of its own.
final class AttentionRows {
  private static final Operand ANY = Operand.Real.of(-2, 2);
  private static final double SCALE = 0.6;

  private AttentionRows() {}

  static List<OperationRow> rows() {
    List<OperationRow> rows = new ArrayList<>();
    for (boolean causal : new boolean[] {false, true}) {
      String how = causal ? " causal" : " of everything";
      rows.add(
          OperationRow.of(
                  "attention" + how, t -> t[0].attention(t[1], t[2], causal, SCALE), ANY, ANY, ANY)
              .withCases(forwardCases())
              .withTolerance(64, 64)
              .withPlain(in -> attention(in, causal)));
      rows.add(
          OperationRow.of("attentionGradient" + how, t -> gradient(t, causal), ANY, ANY, ANY, ANY)
              .withCases(gradientCases())
              .withTolerance(128, 512)
              .withPlain(in -> gradient(in, causal)));
    }
    rows.add(
        OperationRow.of("attentionLogSum", AttentionRows::logSum, ANY, ANY)
            .withCases(gradientCases().stream().map(shapes -> shapes.subList(0, 2)).toList())
            .withTolerance(32, 32)
            .withPlain(AttentionRows::logSum));
    rows.add(
        OperationRow.of("attention of itself", t -> t[0].attention(t[0], t[0], true), ANY)
            .withShapes(List.of(Shape.of(4, 2, 3), Shape.of(1, 1, 1)))
            .withTolerance(64, 64)
            .withPlain(AttentionRows::ofItself));
    // weights, or cotangents of scores, are rounded before they are multiplied
    rows.addAll(halves(DType.F16, 0x1p13));
    rows.addAll(halves(DType.BF16, 0x1p16));
    return rows;
  }

  /// @param rounding how far that is from 1, in units of f32's
  private static List<OperationRow> halves(DType dtype, double rounding) {
    return List.of(
        OperationRow.of(
                "attentionWide of " + dtype,
                t -> t[0].attentionWide(t[1], t[2], true, SCALE),
                ANY,
                ANY,
                ANY)
            .withDTypes(EnumSet.of(dtype))
            .withDifferentiable()
            .withCases(forwardCases())
            .withTolerance(64, rounding)
            .withPlain(in -> attention(in, true)),
        OperationRow.of(
                "attention of " + dtype,
                t -> t[0].attention(t[1], t[2], false, SCALE),
                ANY,
                ANY,
                ANY)
            .withDTypes(EnumSet.of(dtype))
            .withDifferentiable()
            .withCases(forwardCases())
            .withTolerance(1, 1)
            .withPlain(in -> attention(in, false)),
        OperationRow.of("attentionLogSum of " + dtype, AttentionRows::logSum, ANY, ANY)
            .withDTypes(EnumSet.of(dtype))
            .withDifferentiable()
            .withCases(gradientCases().stream().map(shapes -> shapes.subList(0, 2)).toList())
            .withTolerance(32, 32)
            .withPlain(AttentionRows::logSum),
        OperationRow.of("attentionGradient of " + dtype, t -> gradient(t, true), ANY, ANY, ANY, ANY)
            .withDTypes(EnumSet.of(dtype))
            .withDifferentiable()
            .withCases(gradientCases())
            .withTolerance(128, 4 * rounding)
            .withPlain(in -> gradient(in, true)));
  }

  private static List<List<Shape>> forwardCases() {
    int[][] sizes = {
      {1, 1, 1, 1, 1},
      {2, 5, 5, 3, 4},
      {1, 3, 6, 2, 5},
      {2, 6, 3, 1, 2},
      {1, 9, 9, 1, 3},
      {0, 3, 3, 2, 4},
      {2, 0, 3, 2, 4},
      {1, 3, 3, 0, 2}
    };
    List<List<Shape>> cases = new ArrayList<>();
    for (int[] s : sizes) {
      Shape keys = Shape.of(s[0], s[2], s[3], s[4]);
      cases.add(List.of(Shape.of(s[0], s[1], s[3], s[4]), keys, keys));
    }
    Shape rankThree = Shape.of(4, 2, 3);
    cases.add(List.of(rankThree, rankThree, rankThree));
    Shape rankFive = Shape.of(2, 1, 3, 2, 2);
    cases.add(List.of(rankFive, rankFive, rankFive));
    return cases;
  }

  private static List<List<Shape>> gradientCases() {
    List<List<Shape>> cases = new ArrayList<>();
    for (int[] s : new int[][] {{1, 1, 1, 1}, {2, 4, 2, 3}, {1, 7, 1, 2}, {0, 3, 2, 4}}) {
      Shape shape = Shape.of(s);
      cases.add(List.of(shape, shape, shape, shape));
    }
    return cases;
  }

  private static Tensor logSum(Tensor[] t) {
    Tensor y = t[0].attentionWide(t[1], t[0], true, SCALE);
    return Tensor.apply(new Op.AttentionLogSum(true, SCALE), t[0], t[1], y);
  }

  private static Tensor gradient(Tensor[] t, boolean causal) {
    Tensor y = t[0].attentionWide(t[1], t[2], causal, SCALE);
    Tensor logSum = Tensor.apply(new Op.AttentionLogSum(causal, SCALE), t[0], t[1], y);
    return Tensor.apply(new Op.AttentionGradient(causal, SCALE), t[0], t[1], t[2], y, logSum, t[3]);
  }

  /// The operands as `[B, T, H, E]`, and one row of scores at a time.
  private static final class Rows {
    private final Plain.Arguments in;
    private final boolean causal;
    private final double scale;
    final int batch;
    final int queries;
    final int keys;
    final int heads;
    final int size;

    Rows(Plain.Arguments in, boolean causal, double scale) {
      this.in = in;
      this.scale = scale;
      this.causal = causal;
      Shape q = in.shape(0);
      int n = 1;
      for (int axis = 0; axis < q.rank() - 3; axis++) {
        n *= q.dim(axis);
      }
      batch = n;
      queries = q.dim(-3);
      keys = in.shape(1).dim(-3);
      heads = q.dim(-2);
      size = q.dim(-1);
    }

    double at(int operand, int b, int position, int h, int e) {
      int positions = operand == 1 || operand == 2 ? keys : queries;
      return in.values().get(operand)[((b * positions + position) * heads + h) * size + e];
    }

    double product(int i, int j, int b, int t, int s, int h) {
      double sum = 0;
      for (int e = 0; e < size; e++) {
        sum += at(i, b, t, h, e) * at(j, b, s, h, e);
      }
      return sum;
    }

    /// Keys that query `t` sees.
    int seen(int t) {
      return causal ? Math.min(keys, t + 1) : keys;
    }

    double sum(int b, int t, int h) {
      double sum = 0;
      for (int s = 0; s < seen(t); s++) {
        sum += Math.exp(scale * product(0, 1, b, t, s, h));
      }
      return sum;
    }

    double[] weights(int b, int t, int h) {
      double sum = sum(b, t, h);
      double[] weights = new double[keys];
      for (int s = 0; s < seen(t); s++) {
        weights[s] = Math.exp(scale * product(0, 1, b, t, s, h)) / sum;
      }
      return weights;
    }
  }

  private static double[] attention(Plain.Arguments in, boolean causal) {
    return attention(new Rows(in, causal, SCALE));
  }

  private static double[] ofItself(Plain.Arguments in) {
    Shape x = in.shape(0);
    double[] values = in.values().get(0);
    Plain.Arguments three =
        new Plain.Arguments(in.dtype(), List.of(x, x, x), List.of(values, values, values));
    return attention(new Rows(three, true, 1 / Math.sqrt(x.dim(-1))));
  }

  private static double[] attention(Rows rows) {
    return Plain.fill(
        Shape.of(rows.batch, rows.queries, rows.heads, rows.size),
        i -> {
          double[] weights = rows.weights(i[0], i[1], i[2]);
          double y = 0;
          for (int s = 0; s < weights.length; s++) {
            y += weights[s] * rows.at(2, i[0], s, i[2], i[3]);
          }
          return y;
        });
  }

  private static double[] logSum(Plain.Arguments in) {
    Rows rows = new Rows(in, true, SCALE);
    return Plain.fill(
        Shape.of(rows.batch, rows.queries, rows.heads), i -> Math.log(rows.sum(i[0], i[1], i[2])));
  }

  private static double[] gradient(Plain.Arguments in, boolean causal) {
    Rows rows = new Rows(in, causal, SCALE);
    int n = rows.queries;
    double[] all = new double[rows.batch * n * 3 * rows.heads * rows.size];
    for (int b = 0; b < rows.batch; b++) {
      for (int h = 0; h < rows.heads; h++) {
        for (int t = 0; t < n; t++) {
          double[] weights = rows.weights(b, t, h);
          double mean = 0;
          for (int s = 0; s < n; s++) {
            mean += weights[s] * rows.product(3, 2, b, t, s, h);
          }
          for (int s = 0; s < n; s++) {
            double byScore = SCALE * weights[s] * (rows.product(3, 2, b, t, s, h) - mean);
            for (int e = 0; e < rows.size; e++) {
              int query = (((b * n + t) * 3) * rows.heads + h) * rows.size + e;
              int key = (((b * n + s) * 3 + 1) * rows.heads + h) * rows.size + e;
              int value = key + rows.heads * rows.size;
              all[query] += byScore * rows.at(1, b, s, h, e);
              all[key] += byScore * rows.at(0, b, t, h, e);
              all[value] += weights[s] * rows.at(3, b, t, h, e);
            }
          }
        }
      }
    }
    return all;
  }
}
