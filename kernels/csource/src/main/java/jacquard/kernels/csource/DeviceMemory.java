package jacquard.kernels.csource;

import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Memory of a device, given back when what owns it is unreachable.
///
/// What is given back is kept for the next block of the same size: a step's inputs and results have
/// the same sizes at every step, and giving memory back to a driver can stop the queue. Work is
/// done in the order of one queue, so a block may be handed on while its last reader still waits
/// there.
///
/// @param <M> a block, as the driver names it
public final class DeviceMemory<M> {
  private static final Cleaner CLEANER = Cleaner.create();

  /// Smallest allocation: OpenCL knows no empty ones.
  private static final long LEAST_BYTES = 64;

  /// Blocks larger than this part of the device's memory are not kept.
  private static final int KEPT_PART = 16;

  /// How a driver gives and takes memory.
  ///
  /// @param <M> how the driver names a block of memory
  public interface Driver<M> {
    /// Asks the driver for a block.
    ///
    /// @param bytes size in bytes
    /// @return the block; null if there is not enough memory
    /// @throws DeviceException with the driver's words, if it fails in another way
    @Nullable M allocate(long bytes);

    /// Gives a block back to the driver.
    ///
    /// @param block what [#allocate] gave
    void release(M block);

    /// {@return bytes that no program uses; -1 if the driver can't tell}
    long freeBytes();
  }

  private final Device device;
  private final String name;
  private final long totalBytes;
  private final long largestBytes;
  private final Driver<M> driver;
  private final Map<Long, Deque<M>> spare = new HashMap<>();
  private long spareBytes;
  private long used;
  private long arenaBytes;

  /// Memory of a device, none of it taken yet.
  ///
  /// @param device where it lives
  /// @param name of the device, for people
  /// @param totalBytes how much it has
  /// @param largestBytes of one block
  /// @param driver how blocks are made, split and released
  public DeviceMemory(
      Device device, String name, long totalBytes, long largestBytes, Driver<M> driver) {
    this.device = device;
    this.name = name;
    this.totalBytes = totalBytes;
    this.largestBytes = largestBytes;
    this.driver = driver;
  }

  /// {@return bytes in use now, without what is kept for later}
  public synchronized long used() {
    return used;
  }

  /// Notes what intermediate values want, for the text of errors.
  synchronized void arena(long bytes) {
    arenaBytes = bytes;
  }

  /// A block for as long as the caller wants it, who then says [#release].
  ///
  /// @param wanted least bytes
  /// @return the block
  /// @throws DeviceException if there is not enough, with the numbers
  public M allocate(long wanted) {
    long bytes = Math.max(LEAST_BYTES, wanted);
    if (bytes > largestBytes) {
      throw outOfMemory(
          "needed " + size(bytes) + " in one piece, expected at most " + size(largestBytes));
    }
    M block = take(bytes);
    if (block == null) {
      collect();
      block = take(bytes);
    }
    if (block == null) {
      throw outOfMemory("needed " + size(bytes));
    }
    return block;
  }

  private synchronized @Nullable M take(long bytes) {
    Deque<M> kept = spare.get(bytes);
    M block = kept == null ? null : kept.poll();
    if (block != null) {
      spareBytes -= bytes;
      used += bytes;
      return block;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      if (used + spareBytes + bytes <= totalBytes) {
        block = driver.allocate(bytes);
        if (block != null) {
          used += bytes;
          return block;
        }
      }
      releaseSpare();
    }
    return null;
  }

  private void releaseSpare() {
    spare.values().forEach(blocks -> blocks.forEach(driver::release));
    spare.clear();
    spareBytes = 0;
  }

  /// Gives a block back.
  ///
  /// @param block what [#allocate] gave
  /// @param wanted what it was asked for with
  public synchronized void release(M block, long wanted) {
    long bytes = Math.max(LEAST_BYTES, wanted);
    used -= bytes;
    if (bytes > totalBytes / KEPT_PART || spareBytes + bytes > totalBytes / KEPT_PART) {
      driver.release(block);
    } else {
      spare.computeIfAbsent(bytes, b -> new ArrayDeque<>()).push(block);
      spareBytes += bytes;
    }
  }

  /// Gives a block back when `owner` is unreachable.
  ///
  /// @param owner object that decides how long
  /// @param block what [#allocate] gave
  /// @param bytes size in bytes
  public void releaseWith(Object owner, M block, long bytes) {
    CLEANER.register(owner, release(this, block, bytes));
  }

  /// Runs `action`, which must not refer to `owner`, when that is unreachable.
  ///
  /// @param owner object that decides how long
  /// @param action what to run
  public static void whenUnreachable(Object owner, Runnable action) {
    CLEANER.register(owner, action);
  }

  private static <M> Runnable release(DeviceMemory<M> memory, M block, long bytes) {
    return () -> memory.release(block, bytes);
  }

  /// Unreachable buffers are only known after a collection, and it is the Java heap that decides
  /// when there is one.
  private static void collect() {
    System.gc();
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The error for memory that isn't there.
  ///
  /// @param what was needed
  /// @return the error, with what is free, in use and planned
  public synchronized DeviceException outOfMemory(String what) {
    long free = driver.freeBytes();
    return new DeviceException(
        device
            + ": out of memory: "
            + what
            + ", free "
            + size(free < 0 ? Math.max(0, totalBytes - used) : free)
            + " of "
            + size(totalBytes)
            + " on "
            + name
            + ", in use here "
            + size(used)
            + ", planned peak of intermediate values "
            + size(arenaBytes)
            + "; use a smaller batch, or Checkpoint");
  }

  private static String size(long bytes) {
    return bytes < 1 << 20
        ? bytes + " bytes"
        : bytes < 1 << 30
            ? "%.1f MiB".formatted(bytes / 1048576.0)
            : "%.1f GiB".formatted(bytes / 1073741824.0);
  }
}
