package jacquard.kernels.opencl;

import jacquard.tensor.DType;
import jacquard.tensor.Half;
import jacquard.tensor.spi.Buffer;
import java.util.Objects;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_mem;

/// Elements in a device's memory.
final class ClBuffer implements Buffer {
  private final ClTarget target;
  private final DType dtype;
  private final int size;
  final cl_mem mem;

  ClBuffer(ClTarget target, DType dtype, int size) {
    this.target = target;
    this.dtype = dtype;
    this.size = size;
    mem = target.memory.allocate(bytes(size));
    target.memory.releaseWith(this, mem, bytes(size));
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
    target.clear(mem, bytes(size));
  }

  @Override
  public void read(int from, Object array, int at, int count) {
    Objects.checkFromIndexSize(from, count, size);
    if (count > 0) {
      read(target, mem, dtype, from, array, at, count);
    }
    target.trouble.check();
  }

  /// Copies elements of any memory to a host array, after what is in the queue.
  static void read(
      ClTarget target, cl_mem mem, DType dtype, int from, Object array, int at, int count) {
    long start = (long) from * dtype.bytes();
    long bytes = (long) count * dtype.bytes();
    if (array instanceof float[] floats && dtype.isHalf()) {
      short[] bits = new short[count];
      Pointer to = Pointer.to(bits);
      CL.clEnqueueReadBuffer(target.queue, mem, true, start, bytes, to, 0, null, null);
      Half.unpack(dtype, bits, floats, at);
    } else {
      Pointer to = pointer(array).withByteOffset((long) at * dtype.bytes());
      CL.clEnqueueReadBuffer(target.queue, mem, true, start, bytes, to, 0, null, null);
    }
  }

  @Override
  public void write(int from, Object array, int at, int count) {
    Objects.checkFromIndexSize(from, count, size);
    if (count > 0) {
      Pointer origin =
          array instanceof float[] floats && dtype.isHalf()
              ? Pointer.to(Half.pack(dtype, floats, at, count))
              : pointer(array).withByteOffset(bytes(at));
      CL.clEnqueueWriteBuffer(
          target.queue, mem, true, bytes(from), bytes(count), origin, 0, null, null);
    }
  }

  private long bytes(int elements) {
    return (long) elements * dtype.bytes();
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
