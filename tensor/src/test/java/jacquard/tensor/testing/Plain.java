package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import java.util.List;

/// The result of an operation computed with plain Java loops, independent of the evaluator.
@FunctionalInterface
public interface Plain {

  /// Elements of the result in row-major order; bool as 0 and 1, u8 modulo 256.
  double[] apply(Arguments x);

  /// Value of one element, by its coordinate.
  @FunctionalInterface
  interface At {
    double at(int[] index);
  }

  /// @param dtype the dtype the row is run with
  /// @param shapes shapes of the operands
  /// @param values their elements, row-major
  record Arguments(DType dtype, List<Shape> shapes, List<double[]> values) {

    public Shape shape(int operand) {
      return shapes.get(operand);
    }

    /// Element of an operand; the index is aligned at the last axis and axes of size 1 are
    /// broadcast.
    public double at(int operand, int... index) {
      Shape shape = shapes.get(operand);
      int at = 0;
      for (int axis = 0; axis < shape.rank(); axis++) {
        int i = index[index.length - shape.rank() + axis];
        at = at * shape.dim(axis) + (shape.dim(axis) == 1 ? 0 : i);
      }
      return values.get(operand)[at];
    }
  }

  /// The elements along one axis of a result, from those of the first operand.
  @FunctionalInterface
  interface Along {
    double[] apply(double[] x);
  }

  /// A result whose `axis` has size `n`, computed row by row along that axis of the first operand.
  static double[] along(Arguments in, int axis, int n, Along along) {
    Shape from = in.shape(0);
    Shape to = from.withDim(axis, n);
    int fromStride = from.strides().get(axis);
    int toStride = to.strides().get(axis);
    double[] x = in.values().get(0);
    double[] y = new double[to.arraySize()];
    int rows = from.dim(axis) == 0 ? 0 : x.length / from.dim(axis);
    for (int row = 0; row < rows; row++) {
      int outer = row / fromStride;
      int inner = row % fromStride;
      double[] line = new double[from.dim(axis)];
      for (int i = 0; i < line.length; i++) {
        line[i] = x[(outer * line.length + i) * fromStride + inner];
      }
      double[] result = along.apply(line);
      for (int i = 0; i < n; i++) {
        y[(outer * n + i) * toStride + inner] = result[i];
      }
    }
    return y;
  }

  /// Every element of `shape` by its coordinate.
  static double[] fill(Shape shape, At at) {
    double[] y = new double[shape.arraySize()];
    int[] index = new int[shape.rank()];
    for (int i = 0; i < y.length; i++) {
      for (int axis = shape.rank() - 1, rest = i; axis >= 0; axis--) {
        index[axis] = rest % shape.dim(axis);
        rest /= shape.dim(axis);
      }
      y[i] = at.at(index.clone());
    }
    return y;
  }
}
