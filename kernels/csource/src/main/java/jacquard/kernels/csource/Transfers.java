package jacquard.kernels.csource;

import java.lang.foreign.MemorySegment;

/*
 * PARTS parts of host memory, and as many of the device's. A part of host memory may be filled again when the device has
 * read it (`await`), one of the device's when its content has been moved on, which is the driver's to wait for in `load`.
 */
/// Bytes on their way between the host and a device.
///
/// What goes to the device is copied into host memory that the device reads by itself, from there
/// in a second queue into the device's memory, and then in the first queue, where kernels run, to
/// its place. So it is transferred while kernels run, the host waits for neither, and everything
/// takes effect in the order of the first queue, as if there were no other.
///
/// @param <M> a block of memory, as the driver names it
public final class Transfers<M> {
  /// Parts on their way at the same time.
  public static final int PARTS = 8;

  /// Largest part.
  public static final int PART_BYTES = 2 << 20;

  /// Host memory that a driver needs: the parts, and one for what is read.
  public static final int HOST_BYTES = (PARTS + 1) * PART_BYTES;

  /// Up to here, the way through the second queue would cost more than it saves.
  private static final int DIRECT_BYTES = 1 << 14;

  /// How a device moves bytes. No method but those that say so waits.
  ///
  /// @param <M> how the driver names a block of memory
  public interface Driver<M> {
    /// Waits until the device has read a part of the host memory.
    ///
    /// @param part number of the part
    void await(int part);

    /// Copies from a part of the host memory to a block, in the first queue.
    ///
    /// @param part number of the part
    /// @param bytes how many
    /// @param to the block
    /// @param byteOffset where in the block
    void send(int part, int bytes, M to, long byteOffset);

    /// Copies from a part of the host memory to the same part of the device's, in the second queue.
    ///
    /// @param part number of the part
    /// @param bytes how many
    void load(int part, int bytes);

    /// Copies what was loaded to a block, in the first queue.
    ///
    /// @param part number of the part
    /// @param bytes how many
    /// @param to the block
    /// @param byteOffset where in the block
    void land(int part, int bytes, M to, long byteOffset);

    /// Copies from a block to the beginning of the host memory's last part, in the first queue, and
    /// waits for it.
    ///
    /// @param from the block
    /// @param byteOffset where in the block
    /// @param bytes how many
    void fetch(M from, long byteOffset, int bytes);

    /// Fills a block with zeros, in the first queue.
    ///
    /// @param block the block
    /// @param bytes how many, at least 1
    void clear(M block, long bytes);
  }

  private final Driver<M> driver;
  private final MemorySegment host;
  private int next;

  /// Transfers of a device.
  ///
  /// @param driver moves the bytes
  /// @param host memory of [#HOST_BYTES] that the driver copies from and to
  public Transfers(Driver<M> driver, MemorySegment host) {
    this.driver = driver;
    this.host = host;
  }

  /// Copies to the device; `from` may be changed when this returns.
  ///
  /// @param to the block
  /// @param byteOffset where in the block
  /// @param from host memory
  public synchronized void write(M to, long byteOffset, MemorySegment from) {
    long bytes = from.byteSize();
    for (long done = 0; done < bytes; done += PART_BYTES) {
      int count = (int) Math.min(PART_BYTES, bytes - done);
      int part = next;
      next = (next + 1) % PARTS;
      driver.await(part);
      MemorySegment.copy(from, done, host, (long) part * PART_BYTES, count);
      if (bytes <= DIRECT_BYTES) {
        driver.send(part, count, to, byteOffset + done);
      } else {
        driver.load(part, count);
        driver.land(part, count, to, byteOffset + done);
      }
    }
  }

  /// Copies to the host, after what is in the queue, and waits for it.
  ///
  /// @param from the block
  /// @param byteOffset where in the block
  /// @param to host memory
  public synchronized void read(M from, long byteOffset, MemorySegment to) {
    long bytes = to.byteSize();
    for (long done = 0; done < bytes; done += PART_BYTES) {
      int count = (int) Math.min(PART_BYTES, bytes - done);
      driver.fetch(from, byteOffset + done, count);
      MemorySegment.copy(host, (long) PARTS * PART_BYTES, to, done, count);
    }
  }

  /// Fills a block with zeros.
  ///
  /// @param block the block
  /// @param bytes how many
  public void clear(M block, long bytes) {
    if (bytes > 0) {
      driver.clear(block, bytes);
    }
  }
}
