package jacquard.tensor;

import jacquard.tensor.graph.Op;
import java.util.List;

/// Operations that move elements without computing. Negative axes count from the last.
public sealed interface Movement permits Tensor {
  /// {@return this tensor, for the methods of this family}
  Tensor self();

  /// {@return the same elements in row-major order under another shape; one size may be -1 and is
  /// then inferred}
  ///
  /// @param dims size of each axis
  default Tensor reshape(int... dims) {
    Tensor x = self();
    int[] sizes = dims.clone();
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] == -1 && unknown < 0) {
        unknown = i;
      } else if (sizes[i] < 0) {
        throw new ShapeException(
            "reshape: "
                + x.shape()
                + " to "
                + Ints.of(dims)
                + ", expected sizes of 0 or more and at most one -1");
      } else {
        known *= sizes[i];
      }
    }
    if (unknown >= 0) {
      if (known == 0 || x.size() % known != 0) {
        throw new ShapeException(
            "reshape: "
                + x.shape()
                + " to "
                + Ints.of(dims)
                + ": "
                + x.size()
                + " elements don't divide by "
                + known
                + "; give every size");
      }
      sizes[unknown] = (int) (x.size() / known);
    }
    return reshape(Shape.of(sizes));
  }

  /// {@return the same elements in row-major order under another shape of the same size}
  ///
  /// @param shape size of each axis
  default Tensor reshape(Shape shape) {
    return shape.equals(self().shape()) ? self() : Tensor.apply(new Op.Reshape(shape), self());
  }

  /// {@return axis `i` of the result is axis `order[i]` of this}
  ///
  /// @param order for each axis of the result, the axis of the source
  default Tensor permute(int... order) {
    Tensor x = self();
    Ints axes = Ints.of(order).map((i, a) -> x.shape().axis("permute", a));
    return axes.equals(Ints.range(x.rank())) ? x : Tensor.apply(new Op.Permute(axes), x);
  }

  /// Swaps two axes.
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param other the axis to swap it with
  /// @return the tensor, its axes swapped
  default Tensor transpose(int axis, int other) {
    Tensor x = self();
    int a = x.shape().axis("transpose", axis);
    int b = x.shape().axis("transpose", other);
    return permute(Ints.range(x.rank()).map((i, v) -> v == a ? b : v == b ? a : v).toArray());
  }

  /// Swaps the last two axes.
  ///
  /// @return the tensor, its axes swapped
  default Tensor t() {
    return transpose(-2, -1);
  }

  /// Broadcasts to `shape`: missing leading axes are added, axes of size 1 are repeated.
  ///
  /// @param shape size of each axis
  /// @return the tensor in the larger shape
  default Tensor expand(Shape shape) {
    Tensor x = self();
    if (x.shape().equals(shape)) {
      return x;
    }
    int added = shape.rank() - x.rank();
    if (added > 0) {
      int[] dims = new int[shape.rank()];
      for (int i = 0; i < dims.length; i++) {
        dims[i] = i < added ? 1 : x.dim(i - added);
      }
      x = x.reshape(Shape.of(dims));
    }
    return x.shape().equals(shape) ? x : Tensor.apply(new Op.Expand(shape), x);
  }

  /// {@return as [#expand(Shape)]}
  ///
  /// @param dims size of each axis
  default Tensor expand(int... dims) {
    return expand(Shape.of(dims));
  }

  /// Adds an axis of size 1 at `axis` of the result.
  ///
  /// @param axis place of the new axis in the result; a negative one counts from the last
  /// @return the tensor, with one axis more
  default Tensor unsqueeze(int axis) {
    int rank = self().rank() + 1;
    int at = axis < 0 ? axis + rank : axis;
    if (at < 0 || at >= rank) {
      throw new ShapeException(
          "unsqueeze: axis "
              + axis
              + " of shape "
              + self().shape()
              + ", expected "
              + -rank
              + " to "
              + (rank - 1));
    }
    int[] dims = new int[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = i == at ? 1 : self().dim(i < at ? i : i - 1);
    }
    return reshape(Shape.of(dims));
  }

  /// Drops an axis of size 1.
  ///
  /// @param axis axis of size 1; a negative one counts from the last
  /// @return the tensor, with one axis less
  default Tensor squeeze(int axis) {
    int at = self().shape().axis("squeeze", axis);
    if (self().dim(at) != 1) {
      throw new ShapeException(
          "squeeze: axis "
              + axis
              + " of "
              + self().shape()
              + " has size "
              + self().dim(at)
              + ", expected 1");
    }
    int[] dims = new int[self().rank() - 1];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = self().dim(i < at ? i : i + 1);
    }
    return reshape(Shape.of(dims));
  }

  /// Merges all axes from `axis` on into one.
  ///
  /// @param axis the first axis to be merged; a negative one counts from the last
  /// @return the tensor, with as many axes as come before `axis`, and one
  default Tensor flatten(int axis) {
    int at = self().shape().axis("flatten", axis);
    int[] dims = new int[at + 1];
    int last = 1;
    for (int i = 0; i < self().rank(); i++) {
      if (i < at) {
        dims[i] = self().dim(i);
      } else {
        last *= self().dim(i);
      }
    }
    dims[at] = last;
    return reshape(Shape.of(dims));
  }

  /// Puts zeros around `axis`.
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param before zeros in front, or elements in front of each axis
  /// @param after zeros behind, or elements behind each axis
  /// @return the larger tensor
  default Tensor pad(int axis, int before, int after) {
    Tensor x = self();
    int at = x.shape().axis("pad", axis);
    Ints none = Ints.filled(x.rank(), 0);
    return pad(
        none.map((i, v) -> i == at ? before : v), none.map((i, v) -> i == at ? after : v), none, 0);
  }

  /// Puts `before` and `after` elements around each axis and `interior` between neighbours, all
  /// equal to `value`.
  ///
  /// @param before zeros in front, or elements in front of each axis
  /// @param after zeros behind, or elements behind each axis
  /// @param interior elements between neighbours of each axis
  /// @param value the value of every element
  /// @return the larger tensor
  default Tensor pad(Ints before, Ints after, Ints interior, double value) {
    if (before.allEqual(0) && after.allEqual(0) && interior.allEqual(0)) {
      return self();
    }
    long bits = Op.Constant.of(self().dtype(), value).bits();
    return Tensor.apply(new Op.Pad(before, after, interior, bits), self());
  }

  /// {@return elements `start .. stop - 1` of `axis`; negative bounds count from the end}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param start first element, or the first of each axis
  /// @param stop end, or the end of each axis; left out
  default Tensor slice(int axis, int start, int stop) {
    return slice(axis, start, stop, 1);
  }

  /// {@return every `step`-th element of `start .. stop - 1` of `axis`; a negative step walks
  /// backwards over the same elements as NumPy's `start:stop:step` does}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param start first element, or the first of each axis
  /// @param stop end, or the end of each axis; left out
  /// @param step distance from one element to the next
  default Tensor slice(int axis, int start, int stop, int step) {
    Tensor x = self();
    int at = x.shape().axis("slice", axis);
    int n = x.dim(at);
    if (step < 0) {
      Tensor flipped = x.flip(at);
      int from = start < 0 ? start + n : start;
      int to = stop < 0 ? stop + n : stop;
      return flipped.slice(at, n - 1 - from, n - 1 - to, -step);
    }
    int from = start < 0 ? start + n : start;
    int to = stop < 0 ? stop + n : stop;
    if (step == 0 || from < 0 || to > n || from > to) {
      throw new ShapeException(
          "slice: "
              + start
              + ":"
              + stop
              + ":"
              + step
              + " of axis "
              + axis
              + " of "
              + x.shape()
              + ", expected 0 <= start <= stop <= "
              + n
              + " and a step other than 0");
    }
    Ints begin = Ints.filled(x.rank(), 0).map((i, v) -> i == at ? from : v);
    Ints end = Ints.of(x.shape().toArray()).map((i, v) -> i == at ? to : v);
    Ints steps = Ints.filled(x.rank(), 1).map((i, v) -> i == at ? step : v);
    return slice(begin, end, steps);
  }

  /// {@return elements `start, start + step, ...` below `stop` of every axis; `step >= 1`}
  ///
  /// @param start first element, or the first of each axis
  /// @param stop end, or the end of each axis; left out
  /// @param step distance from one element to the next
  default Tensor slice(Ints start, Ints stop, Ints step) {
    Tensor x = self();
    if (start.allEqual(0) && step.allEqual(1) && stop.equals(Ints.of(x.shape().toArray()))) {
      return x;
    }
    return Tensor.apply(new Op.Slice(start, stop, step), x);
  }

  /// {@return the part at `index` of `axis`, without that axis}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param index which one; a negative one counts from the last
  default Tensor select(int axis, int index) {
    int at = self().shape().axis("select", axis);
    int n = self().dim(at);
    int from = index < 0 ? index + n : index;
    if (from < 0 || from >= n) {
      throw new IndexException(
          "select: index "
              + index
              + " of axis "
              + axis
              + " of "
              + self().shape()
              + ", expected "
              + -n
              + " to "
              + (n - 1));
    }
    return slice(at, from, from + 1).squeeze(at);
  }

  /// Reverses axes.
  ///
  /// @param axes axes to reverse, negative ones counting from the last
  /// @return the tensor, in the same shape
  default Tensor flip(int... axes) {
    Tensor x = self();
    int[] sorted =
        java.util.Arrays.stream(axes)
            .map(a -> x.shape().axis("flip", a))
            .distinct()
            .sorted()
            .toArray();
    return sorted.length == 0 ? x : Tensor.apply(new Op.Flip(Ints.of(sorted)), x);
  }

  /// Joins tensors along an axis they have.
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param parts what is joined, in order
  /// @return the joined tensor
  static Tensor concat(int axis, List<Tensor> parts) {
    if (parts.isEmpty()) {
      throw new ShapeException("concat: no tensors, expected at least one");
    }
    int at = parts.get(0).shape().axis("concat", axis);
    return parts.size() == 1
        ? parts.get(0)
        : Tensor.apply(new Op.Concat(at), parts.toArray(Tensor[]::new));
  }

  /// {@return the part of the given shape at `start` (i32 `[rank]`), which is clamped so that it
  /// fits}
  ///
  /// @param start first element, or the first of each axis
  /// @param dims size of each axis
  default Tensor dynamicSlice(Tensor start, int... dims) {
    return Tensor.apply(new Op.DynamicSlice(Shape.of(dims)), self(), start);
  }

  /// {@return this with `part` written at `start` (i32 `[rank]`), which is clamped so that it fits}
  ///
  /// @param part what is written
  /// @param start first element, or the first of each axis
  default Tensor dynamicUpdate(Tensor part, Tensor start) {
    return Tensor.apply(new Op.DynamicUpdate(), self(), part, start);
  }

  /// {@return this, as a constant for the gradient}
  default Tensor detach() {
    return Tensor.apply(new Op.Detach(), self());
  }

  /// {@return this, to be read only after `token` has been computed; used to place recomputation}
  ///
  /// @param token what must have been computed
  default Tensor after(Tensor token) {
    return Tensor.apply(new Op.After(), self(), token);
  }
}
