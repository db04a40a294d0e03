package jacquard.tensor;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.spi.Backends;
import jacquard.tensor.spi.HostBuffer;
import java.lang.foreign.MemorySegment;

/// New tensors: static methods that [Tensor] inherits, to be called as `Tensor.zeros(2, 3)`.
///
/// Where no device is named it is [Device#standard]; where no dtype is named it is f32. Constants
/// take no memory until they are realised.
public abstract sealed class Creation extends Sampling permits Tensor {
  Creation() {}

  /// {@return a tensor of `dims` from elements in row-major order, which are copied}
  ///
  /// @param elements elements in row-major order, which are copied
  /// @param dims size of each axis
  /// @throws ShapeException if the number of elements differs from the product of `dims`
  public static Tensor of(float[] elements, int... dims) {
    return stored(DType.F32, elements.clone(), Shape.of(dims), Device.standard());
  }

  /// {@return an f64 tensor of `dims` from elements in row-major order, which are copied}
  ///
  /// @param elements elements in row-major order, which are copied
  /// @param dims size of each axis
  public static Tensor of(double[] elements, int... dims) {
    return stored(DType.F64, elements.clone(), Shape.of(dims), Device.standard());
  }

  /// {@return an i32 tensor of `dims` from elements in row-major order, which are copied}
  ///
  /// @param elements elements in row-major order, which are copied
  /// @param dims size of each axis
  public static Tensor of(int[] elements, int... dims) {
    return stored(DType.I32, elements.clone(), Shape.of(dims), Device.standard());
  }

  /// {@return an i64 tensor of `dims` from elements in row-major order, which are copied}
  ///
  /// @param elements elements in row-major order, which are copied
  /// @param dims size of each axis
  public static Tensor of(long[] elements, int... dims) {
    return stored(DType.I64, elements.clone(), Shape.of(dims), Device.standard());
  }

  /// A u8 tensor.
  ///
  /// @param elements elements in row-major order, which are copied
  /// @param dims size of each axis
  /// @return the tensor
  public static Tensor of(byte[] elements, int... dims) {
    return stored(DType.U8, elements.clone(), Shape.of(dims), Device.standard());
  }

  /// A bool tensor.
  ///
  /// @param elements elements in row-major order, which are copied
  /// @param dims size of each axis
  /// @return the tensor
  public static Tensor of(boolean[] elements, int... dims) {
    return stored(DType.BOOL, HostArrays.bytes(elements), Shape.of(dims), Device.standard());
  }

  /// A tensor from nested Java arrays of any primitive element type that a dtype has: `new
  /// float[][] {{1, 2}, {3, 4}}`.
  ///
  /// @param nested nested arrays, all rows of one length
  /// @return the tensor
  /// @throws ShapeException if it is ragged, or has an array that is null
  /// @throws DTypeException if it is no array of such a type
  public static Tensor ofNested(Object nested) {
    return HostArrays.ofNested(nested);
  }

  /// {@return a tensor from memory: row-major, little endian, without gaps; a bool is a byte, true
  /// unless 0} The elements are copied.
  ///
  /// @param memory `size * dtype.bytes()` bytes; alignment doesn't matter
  /// @param dtype dtype of the elements
  /// @param dims size of each axis
  /// @throws ShapeException if it has another size
  public static Tensor of(MemorySegment memory, DType dtype, int... dims) {
    Shape shape = Shape.of(dims);
    return stored(dtype, HostArrays.read(memory, dtype, shape), shape, Device.standard());
  }

  /// {@return a tensor over a host array of the dtype's type, which must not be changed afterwards;
  /// copied when the device is not the host} Floats for f16 and bf16 are rounded.
  ///
  /// @param dtype dtype of the elements
  /// @param array elements in the array type of the dtype
  /// @param shape size of each axis
  /// @param device where it lives
  public static Tensor stored(DType dtype, Object array, Shape shape, Device device) {
    HostBuffer host =
        HostBuffers.of(dtype, dtype.isHalf() ? Half.round(dtype, (float[]) array) : array);
    if (host.size() != shape.size()) {
      throw new ShapeException(
          "of: " + host.size() + " elements for shape " + shape + ", expected " + shape.size());
    }
    return new Tensor(
        Node.input(new Source.Stored(Backends.of(device).place(host)), dtype, shape, device));
  }

  /// {@return a scalar known when the graph is built; a different value is a different plan} See
  /// [Scalar] for one that is not.
  ///
  /// @param dtype dtype of the elements
  /// @param value the value of every element
  /// @param device where it lives
  public static Tensor constant(DType dtype, double value, Device device) {
    return new Tensor(Node.leaf(Op.Constant.of(dtype, value), device));
  }

  /// {@return a scalar known when the graph is built, from a whole number; of any dtype}
  ///
  /// @param dtype dtype of the elements
  /// @param value the value of every element
  /// @param device where it lives
  public static Tensor constant(DType dtype, long value, Device device) {
    return new Tensor(Node.leaf(Op.Constant.of(dtype, value), device));
  }

  /// {@return a scalar of f32}
  ///
  /// @param value the value of every element
  public static Tensor of(double value) {
    return constant(DType.F32, value, Device.standard());
  }

  /// {@return a scalar of f32, as [#of(double)]}
  ///
  /// @param value the value of every element
  public static Tensor scalar(double value) {
    return of(value);
  }

  /// {@return a scalar of any dtype}
  ///
  /// @param dtype dtype of the elements
  /// @param value the value of every element
  public static Tensor scalar(DType dtype, double value) {
    return constant(dtype, value, Device.standard());
  }

  /// {@return a scalar of any dtype, from a whole number}
  ///
  /// @param dtype dtype of the elements
  /// @param value the value of every element
  public static Tensor scalar(DType dtype, long value) {
    return constant(dtype, value, Device.standard());
  }

  /// {@return an f32 tensor of one value}
  ///
  /// @param value the value of every element
  /// @param dims size of each axis
  public static Tensor full(double value, int... dims) {
    return full(DType.F32, value, dims);
  }

  /// {@return a tensor of one value}
  ///
  /// @param dtype dtype of the elements
  /// @param value the value of every element
  /// @param dims size of each axis
  public static Tensor full(DType dtype, double value, int... dims) {
    return full(dtype, value, Shape.of(dims), Device.standard());
  }

  /// {@return a tensor of one value on `device`}
  ///
  /// @param dtype dtype of the elements
  /// @param value the value of every element
  /// @param shape size of each axis
  /// @param device where it lives
  public static Tensor full(DType dtype, double value, Shape shape, Device device) {
    return constant(dtype, value, device).expand(shape);
  }

  /// {@return f32 zeros}
  ///
  /// @param dims size of each axis
  public static Tensor zeros(int... dims) {
    return full(DType.F32, 0, dims);
  }

  /// {@return zeros; false for bool}
  ///
  /// @param dtype dtype of the elements
  /// @param dims size of each axis
  public static Tensor zeros(DType dtype, int... dims) {
    return full(dtype, 0, dims);
  }

  /// {@return f32 ones}
  ///
  /// @param dims size of each axis
  public static Tensor ones(int... dims) {
    return full(DType.F32, 1, dims);
  }

  /// {@return ones; true for bool}
  ///
  /// @param dtype dtype of the elements
  /// @param dims size of each axis
  public static Tensor ones(DType dtype, int... dims) {
    return full(dtype, 1, dims);
  }

  /// {@return `value` in the shape, dtype and device of `x`}
  ///
  /// @param x tensor whose shape, dtype and device the new one gets
  /// @param value the value of every element
  public static Tensor fullLike(Tensor x, double value) {
    return full(x.dtype(), value, x.shape(), x.device());
  }

  /// {@return zeros in the shape, dtype and device of `x`}
  ///
  /// @param x tensor whose shape, dtype and device the new one gets
  public static Tensor zerosLike(Tensor x) {
    return fullLike(x, 0);
  }

  /// {@return ones in the shape, dtype and device of `x`}
  ///
  /// @param x tensor whose shape, dtype and device the new one gets
  public static Tensor onesLike(Tensor x) {
    return fullLike(x, 1);
  }

  /// {@return i32 `0, 1, ..., n - 1`}
  ///
  /// @param n number of elements
  public static Tensor arange(int n) {
    return iota(n, DType.I32, Device.standard());
  }

  /// {@return i32 `start, start + step, ...` below `stop` (above it for a negative step)}
  ///
  /// @param start the first element
  /// @param stop end, which is left out
  /// @param step distance from one element to the next
  /// @throws ShapeException if `step` is 0
  public static Tensor arange(int start, int stop, int step) {
    if (step == 0) {
      throw new ShapeException(
          "arange: " + start + " to " + stop + " by step 0, expected a step other than 0");
    }
    // signs agree, so the rounded-up quotient is the count
    long distance = (long) stop - start;
    long n = Math.max(0, Math.ceilDiv(distance, (long) step));
    Tensor index = arange(Math.toIntExact(n));
    Tensor scaled = step == 1 ? index : index.mul(step);
    return start == 0 ? scaled : scaled.add(start);
  }

  /// {@return `start, start + step, ...` below `stop` (above it for a negative step): element `i`
  /// is `start
  /// + i * step`}
  ///
  /// As in NumPy, rounding may make the last element reach `stop`; [#linspace] has a sure count.
  ///
  /// @param dtype f32 or f64
  /// @param start the first element
  /// @param stop end, which is left out
  /// @param step distance from one element to the next
  /// @throws ShapeException if `step` is 0 or the count is not a finite number
  public static Tensor arange(DType dtype, double start, double stop, double step) {
    double n = Math.max(0, Math.ceil((stop - start) / step));
    if (step == 0 || !(n <= Integer.MAX_VALUE)) {
      throw new ShapeException(
          "arange: "
              + start
              + " to "
              + stop
              + " by "
              + step
              + ", expected finite bounds and a step other than 0");
    }
    if (!dtype.isFloat()) {
      throw new DTypeException(
          "arange: not defined for " + dtype + ", expected f32 or f64; cast an i32 range");
    }
    return iota((int) n, dtype, Device.standard()).mul(step).add(start);
  }

  /// f32: `n` equally spaced numbers from `start` to `stop`, both included.
  ///
  /// @param start the first element
  /// @param stop the last element
  /// @param n number of elements
  /// @return the numbers, f32 `[n]`
  /// @throws ShapeException if `n` is negative
  public static Tensor linspace(double start, double stop, int n) {
    return linspace(DType.F32, start, stop, n);
  }

  /// `n` equally spaced numbers from `start` to `stop`, both included.
  ///
  /// @param dtype f32 or f64
  /// @param start the first element
  /// @param stop the last element
  /// @param n number of elements
  /// @return the numbers, `[n]`
  public static Tensor linspace(DType dtype, double start, double stop, int n) {
    if (!dtype.isFloat()) {
      throw new DTypeException(
          "linspace: not defined for " + dtype + ", expected f32 or f64; cast the result");
    }
    if (n < 2) {
      return full(dtype, start, n);
    }
    // from the nearer end, so that the first and last are exact and the middle is symmetric
    Tensor i = iota(n, dtype, Device.standard());
    double step = (stop - start) / (n - 1);
    Tensor fromStart = i.mul(step).add(start);
    Tensor fromStop = i.sub(n - 1).mul(step).add(stop);
    int half = n / 2;
    return i.lt(half).where(fromStart, fromStop);
  }

  /// {@return `0, 1, ..., n - 1` of any dtype but bool}
  ///
  /// @param n number of elements
  /// @param dtype dtype of the elements
  /// @param device where it lives
  /// @throws DTypeException for bool
  public static Tensor iota(int n, DType dtype, Device device) {
    if (dtype == DType.BOOL) {
      throw new DTypeException(
          "iota: not defined for bool, expected a numeric dtype; cast the result");
    }
    if (dtype.isHalf()) {
      return iota(n, DType.F32, device).cast(dtype);
    }
    return new Tensor(Node.leaf(new Op.Iota(n, dtype), device));
  }

  /// {@return the f32 identity matrix `[n, n]`}
  ///
  /// @param n number of elements
  public static Tensor eye(int n) {
    return eye(DType.F32, n, n);
  }

  /// {@return ones on the diagonal of `[rows, columns]`, zeros elsewhere}
  ///
  /// @param dtype dtype of the elements
  /// @param rows number of rows
  /// @param columns number of columns
  public static Tensor eye(DType dtype, int rows, int columns) {
    Device device = Device.standard();
    Tensor row = iota(rows, DType.I32, device).unsqueeze(1);
    return row.eq(iota(columns, DType.I32, device)).cast(dtype);
  }
}
