package jacquard.tensor;

import java.util.Arrays;

/// Sizes of a tensor's axes: rank 0 to 8, zero sizes allowed, row-major.
public final class Shape {
  /// Most axes of a shape.
  public static final int MAX_RANK = 8;

  private static final Shape SCALAR = new Shape(new int[0]);

  private final int[] dims;
  private final long size;

  private Shape(int[] dims) {
    this.dims = dims;
    long n = 1;
    for (int d : dims) {
      n = Math.multiplyExact(n, (long) d);
    }
    this.size = n;
  }

  /// A shape.
  ///
  /// @param dims size of each axis
  /// @return the shape
  /// @throws ShapeException if a size is negative, the rank exceeds 8 or the product overflows
  public static Shape of(int... dims) {
    if (dims.length == 0) {
      return SCALAR;
    }
    if (dims.length > MAX_RANK) {
      throw new ShapeException(
          "shape: rank " + dims.length + " of " + Arrays.toString(dims) + ", expected at most 8");
    }
    for (int d : dims) {
      if (d < 0) {
        throw new ShapeException(
            "shape: negative size in " + Arrays.toString(dims) + ", expected 0 or more");
      }
    }
    try {
      return new Shape(dims.clone());
    } catch (ArithmeticException e) {
      throw new ShapeException(
          "shape: " + Arrays.toString(dims) + " has more than 2^63 elements; use smaller sizes");
    }
  }

  /// {@return the shape `[]`, of one element}
  public static Shape scalar() {
    return SCALAR;
  }

  /// {@return number of axes}
  public int rank() {
    return dims.length;
  }

  /// {@return size of `axis`; a negative axis counts from the last}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @throws ShapeException if `axis` is outside `-rank .. rank-1`
  public int dim(int axis) {
    return dims[axis("dim", axis)];
  }

  /// {@return number of elements; 1 for a scalar}
  public long size() {
    return size;
  }

  /// {@return number of elements as an array length}
  ///
  /// @throws ShapeException if a Java array can't hold that many
  public int arraySize() {
    if (size > Integer.MAX_VALUE - 64) {
      throw new ShapeException(
          "shape: " + this + " has " + size + " elements, a buffer holds at most 2147483583");
    }
    return (int) size;
  }

  /// {@return whether there is no element, because an axis has size 0}
  public boolean isEmpty() {
    return size == 0;
  }

  /// {@return `axis` counted from the first, for an axis that may count from the last}
  ///
  /// @param op the operation's name, for the error text
  /// @param axis axis to work along; a negative one counts from the last
  /// @throws ShapeException if `axis` is outside `-rank .. rank-1`
  public int axis(String op, int axis) {
    int rank = dims.length;
    if (axis < -rank || axis >= rank) {
      throw new ShapeException(
          op
              + ": axis "
              + axis
              + " of shape "
              + this
              + ", expected "
              + (rank == 0 ? "none (a scalar has no axes)" : -rank + " to " + (rank - 1)));
    }
    return axis < 0 ? axis + rank : axis;
  }

  /// {@return row-major strides in elements}
  public Ints strides() {
    int[] strides = new int[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = (int) stride;
      stride *= dims[i];
    }
    return Ints.of(strides);
  }

  /// {@return this with another size of one axis}
  ///
  /// @param axis which axis; a negative one counts from the last
  /// @param size the new size
  public Shape withDim(int axis, int size) {
    int[] copy = dims.clone();
    copy[axis("withDim", axis)] = size;
    return Shape.of(copy);
  }

  /// NumPy broadcasting: axes are aligned at the last, sizes must be equal or 1.
  ///
  /// @param op the operation's name, for the error text
  /// @param a one shape
  /// @param b the other
  /// @return the common shape
  /// @throws ShapeException if the shapes can't be broadcast together
  public static Shape broadcast(String op, Shape a, Shape b) {
    if (a.equals(b)) {
      return a;
    }
    int rank = Math.max(a.rank(), b.rank());
    int[] result = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int x = i <= a.rank() ? a.dims[a.rank() - i] : 1;
      int y = i <= b.rank() ? b.dims[b.rank() - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new ShapeException(
            op
                + ": cannot broadcast "
                + a
                + " with "
                + b
                + ": axis -"
                + i
                + " is "
                + x
                + " and "
                + y
                + ", expected equal or 1");
      }
      result[rank - i] = x == 1 ? y : x;
    }
    return Shape.of(result);
  }

  /// {@return the sizes in a new array}
  public int[] toArray() {
    return dims.clone();
  }

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof Shape that && Arrays.equals(dims, that.dims));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /// `[2, 3]`, or `[]` for a scalar.
  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
