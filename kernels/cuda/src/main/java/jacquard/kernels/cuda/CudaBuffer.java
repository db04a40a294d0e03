package jacquard.kernels.cuda;

import jacquard.tensor.DType;
import jacquard.tensor.Half;
import jacquard.tensor.spi.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import jcuda.Pointer;

/// Elements in a device's memory.
final class CudaBuffer implements Buffer {
  private final CudaTarget target;
  private final DType dtype;
  private final int size;
  final CudaBlock block;

  CudaBuffer(CudaTarget target, DType dtype, int size) {
    this.target = target;
    this.dtype = dtype;
    this.size = size;
    block = target.memory.allocate(bytes(size));
    target.memory.releaseWith(this, block, bytes(size));
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public int size() {
    return size;
  }

  void clear() {
    target.clear(block, bytes(size));
  }

  @Override
  public void read(int from, Object array, int at, int count) {
    Objects.checkFromIndexSize(from, count, size);
    read(target, block.at(bytes(from)), dtype, array, at, count);
    target.trouble.check();
  }

  /// Copies elements of any memory to a host array, after what is in the stream.
  static void read(
      CudaTarget target, CudaBlock from, DType dtype, Object array, int at, int count) {
    long bytes = (long) count * dtype.bytes();
    if (array instanceof float[] floats && dtype.isHalf()) {
      short[] bits = new short[count];
      target.read(from, Pointer.to(bits), bytes);
      Half.unpack(dtype, bits, floats, at);
    } else {
      target.read(from, pointer(array).withByteOffset((long) at * dtype.bytes()), bytes);
    }
  }

  @Override
  public void write(int from, Object array, int at, int count) {
    Objects.checkFromIndexSize(from, count, size);
    if (count > 0) {
      MemorySegment origin =
          array instanceof float[] floats && dtype.isHalf()
              ? MemorySegment.ofArray(Half.pack(dtype, floats, at, count))
              : segment(array).asSlice(bytes(at), bytes(count));
      target.write(block.at(bytes(from)), origin);
    }
  }

  private long bytes(int elements) {
    return (long) elements * dtype.bytes();
  }

  private static MemorySegment segment(Object array) {
    return switch (array) {
      case float[] f -> MemorySegment.ofArray(f);
      case double[] d -> MemorySegment.ofArray(d);
      case int[] i -> MemorySegment.ofArray(i);
      case long[] l -> MemorySegment.ofArray(l);
      case byte[] b -> MemorySegment.ofArray(b);
      default -> throw new IllegalArgumentException("buffer: " + array.getClass().getSimpleName());
    };
  }

  private static Pointer pointer(Object array) {
    return switch (array) {
      case float[] f -> Pointer.to(f);
      case double[] d -> Pointer.to(d);
      case int[] i -> Pointer.to(i);
      case long[] l -> Pointer.to(l);
      case byte[] b -> Pointer.to(b);
      default -> throw new IllegalArgumentException("buffer: " + array.getClass().getSimpleName());
    };
  }

  @Override
  public String toString() {
    return "buffer " + dtype + " x " + size + " on " + target.device();
  }
}
