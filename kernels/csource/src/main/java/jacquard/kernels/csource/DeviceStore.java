package jacquard.kernels.csource;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Half;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.lang.foreign.MemorySegment;

/// The buffers of a device, and its note of what went wrong.
///
/// @param <M> a block of memory, as the driver names it
public final class DeviceStore<M> {
  private final Device device;
  private final DeviceMemory<M> memory;
  private final Transfers<M> transfers;
  private final Trouble trouble;
  private final M troubleMemory;

  /// A store without buffers yet.
  ///
  /// @param device whose
  /// @param memory where blocks come from
  /// @param transfers how they are filled and read
  public DeviceStore(Device device, DeviceMemory<M> memory, Transfers<M> transfers) {
    this.device = device;
    this.memory = memory;
    this.transfers = transfers;
    long bytes = (long) Trouble.NUMBERS * Integer.BYTES;
    troubleMemory = memory.allocate(bytes);
    trouble = new Trouble(this::readTrouble, () -> transfers.clear(troubleMemory, bytes));
    transfers.clear(troubleMemory, bytes);
  }

  private int[] readTrouble(int count) {
    int[] found = new int[count];
    transfers.read(troubleMemory, 0, MemorySegment.ofArray(found));
    return found;
  }

  /// {@return what kernels noted of indices outside}
  public Trouble trouble() {
    return trouble;
  }

  /// {@return the block that kernels note it in}
  public M troubleMemory() {
    return troubleMemory;
  }

  Device device() {
    return device;
  }

  /// {@return how blocks are filled and read}
  public Transfers<M> transfers() {
    return transfers;
  }

  /// {@return a buffer of zeros}
  ///
  /// @param dtype dtype of the elements
  /// @param size number of elements
  public Buffer allocate(DType dtype, int size) {
    DeviceBuffer<M> buffer = new DeviceBuffer<>(this, dtype, size);
    transfers.clear(buffer.block(), (long) size * dtype.bytes());
    return buffer;
  }

  /// {@return a copy of `host` on the device}
  ///
  /// @param host elements on the host
  public Buffer place(HostBuffer host) {
    Buffer buffer = new DeviceBuffer<>(this, host.dtype(), host.size());
    buffer.write(0, host.array(), host.offset(), host.size());
    return buffer;
  }

  /// {@return a block with these numbers, which lives as long as `owner`}
  ///
  /// @param owner object that decides how long
  /// @param numbers what to copy
  public M numbers(Object owner, int[] numbers) {
    M block = block(owner, (long) numbers.length * Integer.BYTES);
    transfers.write(block, 0, MemorySegment.ofArray(numbers));
    return block;
  }

  /// {@return a block that lives as long as `owner`}
  ///
  /// @param owner object that decides how long
  /// @param bytes size in bytes
  public M block(Object owner, long bytes) {
    M block = memory.allocate(bytes);
    memory.releaseWith(owner, block, bytes);
    return block;
  }

  /// Copies elements of a block to a host array, after what is in the queue.
  ///
  /// @param from the block
  /// @param first element to read
  /// @param dtype dtype of the elements
  /// @param array host array of the dtype's type
  /// @param at first element of the array
  /// @param count number of elements
  public void read(M from, long first, DType dtype, Object array, int at, int count) {
    long start = first * dtype.bytes();
    if (array instanceof float[] floats && dtype.isHalf()) {
      short[] bits = new short[count];
      transfers.read(from, start, MemorySegment.ofArray(bits));
      Half.unpack(dtype, bits, floats, at);
    } else {
      transfers.read(from, start, elements(array, dtype, at, count));
    }
  }

  /// Copies elements of a host array to a block.
  void write(M to, long first, DType dtype, Object array, int at, int count) {
    MemorySegment origin =
        array instanceof float[] floats && dtype.isHalf()
            ? MemorySegment.ofArray(Half.pack(dtype, floats, at, count))
            : elements(array, dtype, at, count);
    transfers.write(to, first * dtype.bytes(), origin);
  }

  private static MemorySegment elements(Object array, DType dtype, int at, int count) {
    MemorySegment all =
        switch (array) {
          case float[] f -> MemorySegment.ofArray(f);
          case double[] d -> MemorySegment.ofArray(d);
          case int[] i -> MemorySegment.ofArray(i);
          case long[] l -> MemorySegment.ofArray(l);
          case byte[] b -> MemorySegment.ofArray(b);
          default ->
              throw new IllegalArgumentException("buffer: " + array.getClass().getSimpleName());
        };
    return all.asSlice((long) at * dtype.bytes(), (long) count * dtype.bytes());
  }
}
