package jacquard.tensor.spi;

import jacquard.tensor.DType;
import jacquard.tensor.Half;
import java.util.Objects;

/// Elements `offset .. offset + size - 1` of a Java array.
///
/// @param dtype dtype of the elements
/// @param array `float[]` for f32, f16 and bf16, `double[]` f64, `int[]` i32, `long[]` i64,
///   `byte[]` u8 and bool; f16 and bf16 hold only what their format can
/// @param offset first element
/// @param size number of elements
public record HostBuffer(DType dtype, Object array, int offset, int size) implements Buffer {

  /// {@return a new buffer of zeros}
  ///
  /// @param dtype dtype of the elements
  /// @param size number of elements
  public static HostBuffer allocate(DType dtype, int size) {
    return new HostBuffer(dtype, newArray(dtype, size), 0, size);
  }

  /// {@return an array of zeros of the dtype's type}
  ///
  /// @param dtype dtype of the elements
  /// @param size number of elements
  public static Object newArray(DType dtype, int size) {
    return switch (dtype) {
      case F32, F16, BF16 -> new float[size];
      case F64 -> new double[size];
      case I32 -> new int[size];
      case I64 -> new long[size];
      case U8, BOOL -> new byte[size];
    };
  }

  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the dtype's type
  @Override
  public void read(int from, Object target, int at, int count) {
    Objects.checkFromIndexSize(from, count, size);
    System.arraycopy(array, offset + from, target, at, count);
  }

  @SuppressWarnings("SuspiciousSystemArraycopy")
  @Override
  public void write(int from, Object origin, int at, int count) {
    Objects.checkFromIndexSize(from, count, size);
    System.arraycopy(origin, at, array, offset + from, count);
    if (array instanceof float[] floats && dtype.isHalf()) {
      for (int i = offset + from; i < offset + from + count; i++) {
        floats[i] = Half.round(dtype, floats[i]);
      }
    }
  }

  @Override
  public String toString() {
    return "buffer " + dtype + " x " + size;
  }
}
