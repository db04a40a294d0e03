package jacquard.nn.io;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Half;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Collectors;

/// A tensor as a safetensors file holds it: a name, a type, sizes and little-endian bytes,
/// row-major.
///
/// One that came from {@link Safetensors#open} looks into the mapped file and is gone when that is
/// closed; the arrays it gives are copies.
public final class StoredTensor {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int MAX_ARRAY = Integer.MAX_VALUE - 64;

  private final String source;
  private final String name;
  private final StoredType type;
  private final long[] dims;
  private final MemorySegment bytes;

  /// Sizes that `bytes` agrees with.
  StoredTensor(String source, String name, StoredType type, long[] dims, MemorySegment bytes) {
    this.source = source;
    this.name = name;
    this.type = type;
    this.dims = dims;
    this.bytes = bytes.asReadOnly();
  }

  /// {@return a tensor to write}
  ///
  /// @param name what the tensor is called in a file
  /// @param type how elements are stored
  /// @param dims size of each axis
  /// @param bytes little-endian elements, row-major; not copied
  /// @throws IllegalArgumentException if `bytes` isn't as long as `type` and `dims` say
  public static StoredTensor of(String name, StoredType type, long[] dims, MemorySegment bytes) {
    long expected = byteSize(type, dims);
    if (expected != bytes.byteSize()) {
      throw new IllegalArgumentException(
          "safetensors: '%s' %s%s has %d bytes, expected %s"
              .formatted(
                  name,
                  type,
                  Arrays.toString(dims),
                  bytes.byteSize(),
                  expected < 0 ? "sizes that make whole bytes and no overflow" : expected));
    }
    return new StoredTensor("", name, type, dims.clone(), bytes);
  }

  /// {@return a tensor of type F32}
  ///
  /// @param name what the tensor is called in a file
  /// @param data elements in row-major order
  /// @param dims size of each axis
  public static StoredTensor of(String name, float[] data, long... dims) {
    MemorySegment bytes = allocate(4L * data.length);
    MemorySegment.copy(data, 0, bytes, FLOAT, 0, data.length);
    return of(name, StoredType.F32, dims, bytes);
  }

  /// Floats rounded to `type`, ties to even.
  ///
  /// @param name what the tensor is called in a file
  /// @param type how elements are stored
  /// @param data elements in row-major order
  /// @param dims size of each axis
  /// @return the tensor
  /// @throws IllegalArgumentException if `type` is not F32, F16 or BF16
  public static StoredTensor of(String name, StoredType type, float[] data, long... dims) {
    if (type == StoredType.F32) {
      return of(name, data, dims);
    }
    if (type != StoredType.F16 && type != StoredType.BF16) {
      throw new IllegalArgumentException(
          "safetensors: '" + name + "' as " + type + ", expected F32, F16 or BF16");
    }
    MemorySegment bytes = allocate(2L * data.length);
    DType dtype = type == StoredType.F16 ? DType.F16 : DType.BF16;
    for (int i = 0; i < data.length; i++) {
      bytes.setAtIndex(SHORT, i, Half.bits(dtype, data[i]));
    }
    return of(name, type, dims, bytes);
  }

  /// {@return a tensor of type F64}
  ///
  /// @param name what the tensor is called in a file
  /// @param data elements in row-major order
  /// @param dims size of each axis
  public static StoredTensor of(String name, double[] data, long... dims) {
    MemorySegment bytes = allocate(8L * data.length);
    MemorySegment.copy(data, 0, bytes, DOUBLE, 0, data.length);
    return of(name, StoredType.F64, dims, bytes);
  }

  /// {@return a tensor of type I32}
  ///
  /// @param name what the tensor is called in a file
  /// @param data elements in row-major order
  /// @param dims size of each axis
  public static StoredTensor of(String name, int[] data, long... dims) {
    MemorySegment bytes = allocate(4L * data.length);
    MemorySegment.copy(data, 0, bytes, INT, 0, data.length);
    return of(name, StoredType.I32, dims, bytes);
  }

  /// {@return a tensor of type I64}
  ///
  /// @param name what the tensor is called in a file
  /// @param data elements in row-major order
  /// @param dims size of each axis
  public static StoredTensor of(String name, long[] data, long... dims) {
    MemorySegment bytes = allocate(8L * data.length);
    MemorySegment.copy(data, 0, bytes, LONG, 0, data.length);
    return of(name, StoredType.I64, dims, bytes);
  }

  /// {@return a tensor's value under a name; evaluates it}
  ///
  /// @param name what the tensor is called in a file
  /// @param tensor any tensor of a type that the format has
  public static StoredTensor of(String name, Tensor tensor) {
    long[] dims = Arrays.stream(tensor.shape().toArray()).asLongStream().toArray();
    return switch (tensor.toArray()) {
      case float[] data -> of(name, StoredType.of(tensor.dtype()), data, dims);
      case double[] data -> of(name, data, dims);
      case int[] data -> of(name, data, dims);
      case long[] data -> of(name, data, dims);
      case byte[] data ->
          of(name, StoredType.of(tensor.dtype()), dims, MemorySegment.ofArray(data));
      case Object other -> throw new AssertionError("toArray gave " + other.getClass());
    };
  }

  // Heap memory, so that the collector frees it; a long[] because a byte[] ends at 2 GiB.
  private static MemorySegment allocate(long byteSize) {
    return MemorySegment.ofArray(new long[(int) ((byteSize + 7) >>> 3)]).asSlice(0, byteSize);
  }

  /// Bytes that a tensor takes, or -1 if the sizes overflow, or the elements don't fill whole
  /// bytes.
  static long byteSize(StoredType type, long[] dims) {
    try {
      long count = 1;
      for (long dim : dims) {
        if (dim < 0) {
          return -1;
        }
        count = Math.multiplyExact(count, dim);
      }
      long bits = Math.multiplyExact(count, (long) type.bits());
      return (bits & 7) == 0 ? bits >>> 3 : -1;
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  /// {@return what it is called in the file}
  public String name() {
    return name;
  }

  /// {@return how its elements are stored}
  public StoredType type() {
    return type;
  }

  /// {@return the sizes; none for a scalar} There may be more axes, and longer ones, than a tensor
  /// can have.
  public long[] dims() {
    return dims.clone();
  }

  /// {@return the elements as stored, read-only}
  public MemorySegment bytes() {
    return bytes;
  }

  /// {@return CRC-32C of [#bytes]}
  public int crc32c() {
    return Checksums.crc(bytes);
  }

  /// {@return the sizes as a tensor's shape}
  ///
  /// @throws FormatException if there are more than 8 axes, or too many elements for an array
  public Shape shape() throws FormatException {
    int[] result = new int[dims.length];
    for (int i = 0; i < result.length; i++) {
      if (dims[i] > MAX_ARRAY || result.length > Shape.MAX_RANK) {
        throw new FormatException(
            where()
                + "is "
                + type
                + Arrays.toString(dims)
                + ", expected at most "
                + Shape.MAX_RANK
                + " axes of at most "
                + MAX_ARRAY);
      }
      result[i] = (int) dims[i];
    }
    return Shape.of(result);
  }

  /// {@return the tensor, on the standard device, of the type that it is stored in} Cast F16 and
  /// BF16 to f32 to compute with them as with others.
  ///
  /// @throws FormatException if the type has no counterpart, or the sizes are too large
  public Tensor toTensor() throws FormatException {
    return toTensor(Device.standard());
  }

  /// The same on `device`.
  ///
  /// @param device where it lives
  /// @return the tensor
  /// @throws FormatException if the type has no counterpart, or the sizes are too large
  public Tensor toTensor(Device device) throws FormatException {
    Shape shape = shape();
    DType dtype = type.dtype();
    if (dtype == null) {
      throw new FormatException(
          where()
              + "has type "
              + type
              + ", which no tensor has; read its bytes() and convert them");
    }
    return Tensor.stored(dtype, toArray(dtype), shape, device);
  }

  private Object toArray(DType dtype) throws FormatException {
    return switch (dtype) {
      case F32, F16, BF16 -> toFloatArray();
      case F64 -> toDoubleArray();
      case I32 -> toIntArray();
      case I64 -> toLongArray();
      case U8 -> toByteArray();
      case BOOL -> toBooleanBytes();
    };
  }

  private byte[] toBooleanBytes() throws FormatException {
    byte[] result = toByteArray();
    for (int i = 0; i < result.length; i++) {
      if ((result[i] & 254) != 0) {
        throw new FormatException(
            where() + "has byte " + (result[i] & 255) + " at index " + i + ", expected 0 or 1");
      }
    }
    return result;
  }

  /// {@return the elements of an F32, F16 or BF16 tensor as floats, all exact}
  ///
  /// @throws FormatException if it has another type, or too many elements for an array
  public float[] toFloatArray() throws FormatException {
    float[] result =
        new float[count("F32, F16 or BF16", StoredType.F32, StoredType.F16, StoredType.BF16)];
    if (type == StoredType.F32) {
      MemorySegment.copy(bytes, FLOAT, 0, result, 0, result.length);
      return result;
    }
    DType dtype = type == StoredType.F16 ? DType.F16 : DType.BF16;
    for (int i = 0; i < result.length; i++) {
      result[i] = Half.value(dtype, bytes.getAtIndex(SHORT, i));
    }
    return result;
  }

  /// {@return the elements of an F64 tensor}
  ///
  /// @throws FormatException if it has another type, or too many elements for an array
  public double[] toDoubleArray() throws FormatException {
    double[] result = new double[count("F64", StoredType.F64)];
    MemorySegment.copy(bytes, DOUBLE, 0, result, 0, result.length);
    return result;
  }

  /// {@return the elements of an I32 tensor}
  ///
  /// @throws FormatException if it has another type, or too many elements for an array
  public int[] toIntArray() throws FormatException {
    int[] result = new int[count("I32", StoredType.I32)];
    MemorySegment.copy(bytes, INT, 0, result, 0, result.length);
    return result;
  }

  /// {@return the elements of an I64 tensor}
  ///
  /// @throws FormatException if it has another type, or too many elements for an array
  public long[] toLongArray() throws FormatException {
    long[] result = new long[count("I64", StoredType.I64)];
    MemorySegment.copy(bytes, LONG, 0, result, 0, result.length);
    return result;
  }

  /// {@return the stored bytes of a tensor of any type}
  ///
  /// @throws FormatException if there are too many for an array
  public byte[] toByteArray() throws FormatException {
    if (bytes.byteSize() > MAX_ARRAY) {
      throw tooLarge();
    }
    return bytes.toArray(ValueLayout.JAVA_BYTE);
  }

  private int count(String expected, StoredType... types) throws FormatException {
    if (!Arrays.asList(types).contains(type)) {
      throw new FormatException(where() + "has type " + type + ", expected " + expected);
    }
    long count = bytes.byteSize() * 8 / type.bits();
    if (count > MAX_ARRAY) {
      throw tooLarge();
    }
    return (int) count;
  }

  FormatException tooLarge() {
    return new FormatException(
        where() + "has " + bytes.byteSize() + " bytes, too many for one Java array");
  }

  /// Start of an error text about this tensor.
  String where() {
    return "safetensors: " + (source.isEmpty() ? "" : source + ": ") + "tensor '" + name + "' ";
  }

  /// `blocks.0.fc.weight F32[512, 128]`.
  @Override
  public String toString() {
    return name
        + " "
        + type
        + Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
