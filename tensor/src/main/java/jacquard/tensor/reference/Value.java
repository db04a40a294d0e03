package jacquard.tensor.reference;

import jacquard.tensor.DType;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.util.Arrays;

/// Elements of an evaluated node in row-major order. Not changed once it is made.
public sealed interface Value {

  /// A float dtype, in double precision; f16 and bf16 as their format has them.
  final class Floats implements Value {
    final double[] elements;

    Floats(double[] elements) {
      this.elements = elements;
    }
  }

  /// i32, i64, u8 (0 to 255) or bool (0 or 1), each in the range of its dtype.
  final class Integers implements Value {
    final long[] elements;

    Integers(long[] elements) {
      this.elements = elements;
    }
  }

  /// {@return number of elements}
  default int size() {
    return switch (this) {
      case Floats f -> f.elements.length;
      case Integers n -> n.elements.length;
    };
  }

  /// {@return the elements as doubles, in a new array; i64 beyond 2^53 is rounded}
  default double[] toDoubles() {
    return switch (this) {
      case Floats f -> f.elements.clone();
      case Integers n -> Arrays.stream(n.elements).asDoubleStream().toArray();
    };
  }

  /// {@return the elements of an integer or bool value, in a new array}
  ///
  /// @throws IllegalArgumentException if this is a float value
  default long[] toLongs() {
    return switch (this) {
      case Floats f -> throw new IllegalArgumentException("value: floats, expected integers");
      case Integers n -> n.elements.clone();
    };
  }

  /// {@return the elements of a buffer, widened}
  ///
  /// @param buffer memory of the value's dtype
  static Value read(Buffer buffer) {
    int size = buffer.size();
    DType dtype = buffer.dtype();
    Object array = HostBuffer.newArray(dtype, size);
    buffer.read(0, array, 0, size);
    if (dtype == DType.F64) {
      return new Floats((double[]) array);
    }
    if (dtype == DType.I64) {
      return new Integers((long[]) array);
    }
    double[] floats = new double[dtype.isFloat() ? size : 0];
    long[] integers = new long[dtype.isFloat() ? 0 : size];
    for (int i = 0; i < size; i++) {
      switch (dtype) {
        case F32, F16, BF16 -> floats[i] = ((float[]) array)[i];
        case I32 -> integers[i] = ((int[]) array)[i];
        case U8, BOOL -> integers[i] = Byte.toUnsignedLong(((byte[]) array)[i]);
        case F64, I64 -> throw new AssertionError(dtype);
      }
    }
    return dtype.isFloat() ? new Floats(floats) : new Integers(integers);
  }

  /// Writes the elements to a buffer of their dtype; this is where f32 is rounded.
  ///
  /// @param buffer memory of the value's dtype
  default void write(Buffer buffer) {
    int size = size();
    DType dtype = buffer.dtype();
    Object array = HostBuffer.newArray(dtype, size);
    switch (this) {
      case Floats f -> {
        for (int i = 0; i < size; i++) {
          if (array instanceof float[] floats) {
            floats[i] = (float) f.elements[i];
          } else {
            ((double[]) array)[i] = f.elements[i];
          }
        }
      }
      case Integers n -> {
        for (int i = 0; i < size; i++) {
          switch (dtype) {
            case I32 -> ((int[]) array)[i] = (int) n.elements[i];
            case I64 -> ((long[]) array)[i] = n.elements[i];
            case U8, BOOL -> ((byte[]) array)[i] = (byte) n.elements[i];
            case F32, F64, F16, BF16 ->
                throw new IllegalArgumentException("value: integers into " + buffer);
          }
        }
      }
    }
    buffer.write(0, array, 0, size);
  }

  /// {@return `size` times one value}
  ///
  /// @param dtype dtype of the elements
  /// @param size number of elements
  /// @param bits as [jacquard.tensor.graph.Op.Constant#bits]
  static Value filled(DType dtype, int size, long bits) {
    if (dtype.isFloat()) {
      double[] all = new double[size];
      Arrays.fill(all, FloatArithmetic.round(dtype, Double.longBitsToDouble(bits)));
      return new Floats(all);
    }
    long[] all = new long[size];
    Arrays.fill(all, IntegerArithmetic.wrap(dtype, bits));
    return new Integers(all);
  }

  /// Element `i` of the result is element `indices[i]` of this.
  ///
  /// @param indices an index for each element
  /// @return the chosen elements
  default Value select(int[] indices) {
    return switch (this) {
      case Floats f -> {
        double[] y = new double[indices.length];
        Arrays.setAll(y, i -> f.elements[indices[i]]);
        yield new Floats(y);
      }
      case Integers n -> {
        long[] y = new long[indices.length];
        Arrays.setAll(y, i -> n.elements[indices[i]]);
        yield new Integers(y);
      }
    };
  }

  /// {@return this with element `indices[i]` replaced by element `i` of `part`}
  ///
  /// @param indices an index for each element
  /// @param part what is written
  default Value with(int[] indices, Value part) {
    return switch (this) {
      case Floats f -> {
        double[] y = f.elements.clone();
        double[] x = ((Floats) part).elements;
        for (int i = 0; i < indices.length; i++) {
          y[indices[i]] = x[i];
        }
        yield new Floats(y);
      }
      case Integers n -> {
        long[] y = n.elements.clone();
        long[] x = ((Integers) part).elements;
        for (int i = 0; i < indices.length; i++) {
          y[indices[i]] = x[i];
        }
        yield new Integers(y);
      }
    };
  }
}
