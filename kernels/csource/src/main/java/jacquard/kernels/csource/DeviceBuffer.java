package jacquard.kernels.csource;

import jacquard.tensor.DType;
import jacquard.tensor.spi.Buffer;
import java.util.Objects;

/// Elements in a device's memory.
///
/// @param <M> a block of memory, as the driver names it
public final class DeviceBuffer<M> implements Buffer {
  private final DeviceStore<M> store;
  private final DType dtype;
  private final int size;
  private final M block;

  DeviceBuffer(DeviceStore<M> store, DType dtype, int size) {
    this.store = store;
    this.dtype = dtype;
    this.size = size;
    block = store.block(this, (long) size * dtype.bytes());
  }

  /// {@return where the elements are}
  public M block() {
    return block;
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void read(int from, Object array, int at, int count) {
    Objects.checkFromIndexSize(from, count, size);
    store.read(block, from, dtype, array, at, count);
    store.trouble().check();
  }

  @Override
  public void write(int from, Object array, int at, int count) {
    Objects.checkFromIndexSize(from, count, size);
    store.write(block, from, dtype, array, at, count);
  }

  @Override
  public String toString() {
    return "buffer " + dtype + " x " + size + " on " + store.device();
  }
}
