package jacquard.tensor.reference;

import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.ReduceKind;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Reductions, running sums and sorts of a value of a given shape and dtype.
final class Reductions {
  private Reductions() {}

  static Value reduce(Op.Reduce op, DType dtype, Shape shape, Shape result, Value x) {
    int[] target = Strided.reduced(shape, op.axes());
    return switch (x) {
      case Value.Floats f -> {
        double[] y = new double[result.arraySize()];
        Arrays.fill(
            y,
            switch (op.kind()) {
              case SUM -> 0;
              case MAX -> Double.NEGATIVE_INFINITY;
              case MIN -> Double.POSITIVE_INFINITY;
              case PROD -> 1;
            });
        double[] lost = new double[y.length];
        for (int i = 0; i < target.length; i++) {
          double before = y[target[i]];
          double term = f.elements[i];
          double after = FloatArithmetic.binary(step(op.kind()), before, term);
          y[target[i]] = after;
          if (op.kind() == ReduceKind.SUM) {
            lost[target[i]] += FloatArithmetic.lost(before, term, after);
          }
        }
        for (int i = 0; i < y.length; i++) {
          y[i] += lost[i];
        }
        yield new Value.Floats(y);
      }
      case Value.Integers n -> {
        long[] y = new long[result.arraySize()];
        Arrays.fill(
            y,
            switch (op.kind()) {
              case SUM -> 0;
              case MAX -> IntegerArithmetic.smallest(dtype);
              case MIN -> IntegerArithmetic.largest(dtype);
              case PROD -> 1;
            });
        for (int i = 0; i < target.length; i++) {
          y[target[i]] =
              IntegerArithmetic.binary(dtype, step(op.kind()), y[target[i]], n.elements[i]);
        }
        yield new Value.Integers(y);
      }
    };
  }

  private static BinaryKind step(ReduceKind kind) {
    return switch (kind) {
      case SUM -> BinaryKind.ADD;
      case MAX -> BinaryKind.MAX;
      case MIN -> BinaryKind.MIN;
      case PROD -> BinaryKind.MUL;
    };
  }

  static Value argmax(int axis, Shape shape, Shape result, Value x) {
    int[] target = Strided.reduced(shape, Ints.of(axis));
    int stride = shape.strides().get(axis);
    Comparator<Integer> order = order(x);
    int[] best = new int[result.arraySize()];
    Arrays.fill(best, -1);
    for (int i = 0; i < target.length; i++) {
      int t = target[i];
      if (best[t] < 0 || order.compare(i, best[t]) > 0) {
        best[t] = i;
      }
    }
    long[] y = new long[best.length];
    Arrays.setAll(y, t -> best[t] / stride % shape.dim(axis));
    return new Value.Integers(y);
  }

  static Value cumsum(int axis, DType dtype, Shape shape, Value x) {
    int stride = shape.strides().get(axis);
    int n = shape.dim(axis);
    return switch (x) {
      case Value.Floats f -> {
        double[] y = f.elements.clone();
        for (int i = 0; i < y.length; i++) {
          if (i / stride % n > 0) {
            y[i] += y[i - stride];
          }
        }
        yield new Value.Floats(y);
      }
      case Value.Integers m -> {
        long[] y = m.elements.clone();
        for (int i = 0; i < y.length; i++) {
          if (i / stride % n > 0) {
            y[i] = IntegerArithmetic.wrap(dtype, y[i] + y[i - stride]);
          }
        }
        yield new Value.Integers(y);
      }
    };
  }

  static Value argsort(boolean descending, Shape shape, Value x) {
    int n = shape.dim(-1);
    Comparator<Integer> ascending = order(x);
    Comparator<Integer> order = descending ? ascending.reversed() : ascending;
    long[] y = new long[x.size()];
    for (int row = 0; row < y.length; row += n) {
      // sorting objects is a stable merge sort
      long[] sorted =
          IntStream.range(row, row + n)
              .boxed()
              .sorted(order)
              .mapToLong(Integer::longValue)
              .toArray();
      for (int i = 0; i < n; i++) {
        y[row + i] = sorted[i] - row;
      }
    }
    return new Value.Integers(y);
  }

  /// Compares elements of `x` by their indices.
  private static Comparator<Integer> order(Value x) {
    return switch (x) {
      case Value.Floats f -> (i, j) -> FloatArithmetic.order(f.elements[i], f.elements[j]);
      case Value.Integers n -> (i, j) -> Long.compare(n.elements[i], n.elements[j]);
    };
  }
}
