package jacquard.tensor;

import jacquard.tensor.spi.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Conversion between storage arrays and other forms on the host: `boolean[]`, nested arrays,
/// memory.
final class HostArrays {
  private HostArrays() {}

  static byte[] bytes(boolean[] elements) {
    byte[] bytes = new byte[elements.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (elements[i] ? 1 : 0);
    }
    return bytes;
  }

  static boolean[] booleans(byte[] elements) {
    boolean[] truths = new boolean[elements.length];
    for (int i = 0; i < truths.length; i++) {
      truths[i] = elements[i] != 0;
    }
    return truths;
  }

  static Tensor ofNested(Object nested) {
    List<Integer> dims = new ArrayList<>();
    Object at = nested;
    Class<?> type = nested.getClass();
    while (type.isArray()) {
      int length = at == null ? 0 : Array.getLength(at);
      dims.add(length);
      type = type.componentType();
      at = length > 0 && at instanceof Object[] inner ? inner[0] : null;
    }
    DType dtype = dtype(type, nested);
    Shape shape = Shape.of(dims.stream().mapToInt(Integer::intValue).toArray());
    Object flat = HostBuffer.newArray(dtype, shape.arraySize());
    collect(nested, shape, 0, flat, 0);
    return Creation.stored(dtype, flat, shape, Device.standard());
  }

  private static DType dtype(Class<?> element, Object nested) {
    return switch (element.getName()) {
      case "float" -> DType.F32;
      case "double" -> DType.F64;
      case "int" -> DType.I32;
      case "long" -> DType.I64;
      case "byte" -> DType.U8;
      case "boolean" -> DType.BOOL;
      default ->
          throw new DTypeException(
              "ofNested: "
                  + nested.getClass().getTypeName()
                  + ", expected an array of float, double, int, long, byte or boolean");
    };
  }

  /// Copies the elements under `array`, which lies at `axis`, to `flat` from `start` on.
  ///
  /// @return the first place that is still free
  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the dtype's type
  private static int collect(Object array, Shape shape, int axis, Object flat, int start) {
    int length = array == null ? -1 : Array.getLength(array);
    if (length != shape.dim(axis)) {
      throw new ShapeException(
          "ofNested: "
              + (length < 0 ? "null" : "an array of " + length)
              + " on axis "
              + axis
              + ", expected "
              + shape.dim(axis)
              + " elements as in the first");
    }
    if (axis == shape.rank() - 1) {
      Object leaf = array instanceof boolean[] truths ? bytes(truths) : array;
      System.arraycopy(leaf, 0, flat, start, length);
      return start + length;
    }
    int at = start;
    for (Object inner : (Object[]) array) {
      at = collect(inner, shape, axis + 1, flat, at);
    }
    return at;
  }

  static Object nested(DType dtype, Object flat, Shape shape) {
    Class<?> type =
        switch (dtype) {
          case F32, F16, BF16 -> float.class;
          case F64 -> double.class;
          case I32 -> int.class;
          case I64 -> long.class;
          case U8 -> byte.class;
          case BOOL -> boolean.class;
        };
    Object nested = Array.newInstance(type, shape.toArray());
    spread(flat instanceof byte[] b && dtype == DType.BOOL ? booleans(b) : flat, 0, nested);
    return nested;
  }

  @SuppressWarnings("SuspiciousSystemArraycopy")
  private static int spread(Object flat, int start, Object nested) {
    if (!(nested instanceof Object[] parts)) {
      int length = Array.getLength(nested);
      System.arraycopy(flat, start, nested, 0, length);
      return start + length;
    }
    int at = start;
    for (Object part : parts) {
      at = spread(flat, at, part);
    }
    return at;
  }

  private static ValueLayout layout(DType dtype) {
    ByteOrder little = ByteOrder.LITTLE_ENDIAN;
    return switch (dtype) {
      case F32 -> ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(little);
      case F64 -> ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(little);
      case F16, BF16 -> ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(little);
      case I32 -> ValueLayout.JAVA_INT_UNALIGNED.withOrder(little);
      case I64 -> ValueLayout.JAVA_LONG_UNALIGNED.withOrder(little);
      case U8, BOOL -> ValueLayout.JAVA_BYTE;
    };
  }

  static Object read(MemorySegment memory, DType dtype, Shape shape) {
    long bytes = (long) shape.arraySize() * dtype.bytes();
    if (memory.byteSize() != bytes) {
      throw new ShapeException(
          "of: memory of "
              + memory.byteSize()
              + " bytes for "
              + dtype
              + shape
              + ", expected "
              + bytes);
    }
    Object array = HostBuffer.newArray(dtype, shape.arraySize());
    if (array instanceof float[] floats && dtype.isHalf()) {
      short[] bits = new short[floats.length];
      MemorySegment.copy(memory, layout(dtype), 0, bits, 0, bits.length);
      Half.unpack(dtype, bits, floats, 0);
      return floats;
    }
    MemorySegment.copy(memory, layout(dtype), 0, array, 0, shape.arraySize());
    return array instanceof byte[] b && dtype == DType.BOOL ? bytes(booleans(b)) : array;
  }

  static void copyTo(DType dtype, Object array, Shape shape, MemorySegment target) {
    long bytes = (long) shape.arraySize() * dtype.bytes();
    if (target.byteSize() < bytes) {
      throw new ShapeException(
          "copyTo: memory of "
              + target.byteSize()
              + " bytes for "
              + dtype
              + shape
              + ", expected "
              + bytes
              + " or more");
    }
    Object stored =
        array instanceof float[] floats && dtype.isHalf()
            ? Half.pack(dtype, floats, 0, floats.length)
            : array;
    MemorySegment.copy(stored, 0, target, layout(dtype), 0, shape.arraySize());
  }
}
