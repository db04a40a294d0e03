package jacquard.tensor.reference;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import java.util.function.IntUnaryOperator;

/// Row-major walks over a shape that yield element indices of another array: every movement is one.
final class Strided {
  private Strided() {}

  /// `offset + sum(c[axis] * strides[axis])` for every coordinate `c` of `shape`, in row-major
  /// order.
  ///
  /// @param offset in elements
  /// @param strides in elements, one per axis; may be 0 or negative
  static int[] indices(Shape shape, int offset, int[] strides) {
    int[] indices = new int[shape.arraySize()];
    int[] coordinate = new int[shape.rank()];
    int index = offset;
    for (int i = 0; i < indices.length; i++) {
      indices[i] = index;
      int axis = coordinate.length - 1;
      while (axis >= 0 && ++coordinate[axis] == shape.dim(axis)) {
        index -= (shape.dim(axis) - 1) * strides[axis];
        coordinate[axis--] = 0;
      }
      if (axis >= 0) {
        index += strides[axis];
      }
    }
    return indices;
  }

  /// Indices of the elements of a `part` that lies within `whole`.
  ///
  /// @param start first coordinate of the part, by axis
  /// @param step distance of neighbours, by axis
  static int[] part(Shape part, Shape whole, IntUnaryOperator start, IntUnaryOperator step) {
    Ints strides = whole.strides();
    int offset = 0;
    int[] steps = new int[whole.rank()];
    for (int axis = 0; axis < steps.length; axis++) {
      offset += start.applyAsInt(axis) * strides.get(axis);
      steps[axis] = step.applyAsInt(axis) * strides.get(axis);
    }
    return indices(part, offset, steps);
  }

  /// For each element of `shape` the index of its result when `axes` are reduced to size 1.
  static int[] reduced(Shape shape, Ints axes) {
    Shape result = shape;
    for (int i = 0; i < axes.length(); i++) {
      result = result.withDim(axes.get(i), 1);
    }
    int[] strides = result.strides().toArray();
    for (int i = 0; i < axes.length(); i++) {
      strides[axes.get(i)] = 0;
    }
    return indices(shape, 0, strides);
  }
}
