package jacquard.kernels;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import java.util.Optional;

/// A strided look at a buffer: index `i` of `shape` is element `offset + sum(i[axis] *
/// strides[axis])`. Strides are in elements, and 0 on axes of size 1, so that equal walks are equal
/// views.
///
/// @param shape size of each axis
/// @param strides elements from one index to the next, by axis
/// @param offset element of the buffer at index 0
public record View(Shape shape, Ints strides, int offset) {

  /// Strides of axes of size 1 become 0.
  public View {
    Shape s = shape;
    strides = strides.map((axis, stride) -> s.dim(axis) == 1 ? 0 : stride);
  }

  /// Row-major from element 0.
  ///
  /// @param shape size of each axis
  /// @return the view
  public static View contiguous(Shape shape) {
    return new View(shape, shape.strides(), 0);
  }

  /// {@return whether this walks elements `0, 1, ...` in row-major order}
  public boolean isContiguous() {
    return offset == 0 && equals(contiguous(shape));
  }

  /// {@return the same elements with axes in another order}
  ///
  /// @param order for each axis of the result, the axis of the source
  public View permute(Ints order) {
    int[] dims = new int[order.length()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.dim(order.get(i));
    }
    return new View(Shape.of(dims), order.map((i, from) -> strides.get(from)), offset);
  }

  /// {@return the same elements, axes of size 1 repeated by a stride of 0}
  ///
  /// @param to the new shape
  public View expand(Shape to) {
    return new View(to, strides.map((i, s) -> shape.dim(i) == to.dim(i) ? s : 0), offset);
  }

  /// {@return a look that sees this view's only element everywhere in `to`}
  ///
  /// @param to the new shape
  public View everywhere(Shape to) {
    return new View(to, Ints.filled(to.rank(), 0), offset);
  }

  /// {@return every `step`-th element from `start` to `stop` (exclusive) of each axis}
  ///
  /// @param start first index of each axis
  /// @param stop end of each axis, left out
  /// @param step indices from one to the next, for each axis
  public View slice(Ints start, Ints stop, Ints step) {
    int[] dims = new int[shape.rank()];
    int from = offset;
    for (int i = 0; i < dims.length; i++) {
      dims[i] = (stop.get(i) - start.get(i) + step.get(i) - 1) / step.get(i);
      from += dims[i] == 0 ? 0 : start.get(i) * strides.get(i);
    }
    return new View(Shape.of(dims), strides.map((i, s) -> s * step.get(i)), from);
  }

  /// {@return the same elements with axes reversed, by negative strides}
  ///
  /// @param axes axes to reverse, negative ones counting from the last
  public View flip(Ints axes) {
    int from = offset;
    for (int i = 0; i < axes.length(); i++) {
      int axis = axes.get(i);
      from += Math.max(0, shape.dim(axis) - 1) * strides.get(axis);
    }
    return new View(shape, strides.map((i, s) -> axes.contains(i) ? -s : s), from);
  }

  /// {@return the same elements under another shape; empty if that is no strided look}
  ///
  /// @param to the new shape
  public Optional<View> reshape(Shape to) {
    if (to.isEmpty() || shape.size() == 1) {
      return Optional.of(new View(to, Ints.filled(to.rank(), 0), offset));
    }
    int[] result = new int[to.rank()];
    int from = 0;
    int at = 0;
    while (from < shape.rank() || at < to.rank()) {
      // the smallest run of axes on both sides with equal products
      int firstFrom = from;
      int firstAt = at;
      long sizeFrom = from < shape.rank() ? shape.dim(from++) : 1;
      long sizeAt = at < to.rank() ? to.dim(at++) : 1;
      while (sizeFrom != sizeAt) {
        if (sizeFrom < sizeAt) {
          sizeFrom *= shape.dim(from++);
        } else {
          sizeAt *= to.dim(at++);
        }
      }
      int stride = mergedStride(firstFrom, from);
      if (stride == NONE) {
        return Optional.empty();
      }
      for (int i = at - 1; i >= firstAt; i--) {
        result[i] = stride;
        stride *= to.dim(i);
      }
    }
    return Optional.of(new View(to, Ints.of(result), offset));
  }

  private static final int NONE = Integer.MIN_VALUE;

  /// Stride of the last of the axes `from .. to - 1` if they walk like one axis, otherwise [#NONE].
  private int mergedStride(int from, int to) {
    int last = 0;
    int next = NONE;
    for (int i = to - 1; i >= from; i--) {
      if (shape.dim(i) == 1) {
        continue;
      }
      if (next == NONE) {
        last = strides.get(i);
      } else if (strides.get(i) != next) {
        return NONE;
      }
      next = strides.get(i) * shape.dim(i);
    }
    return last;
  }

  /// `[2, 3] strides [3, 1] + 4`.
  @Override
  public String toString() {
    return shape + " strides " + strides + (offset == 0 ? "" : " + " + offset);
  }
}
