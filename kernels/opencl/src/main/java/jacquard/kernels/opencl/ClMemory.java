package jacquard.kernels.opencl;

import jacquard.tensor.DType;
import jacquard.tensor.DeviceException;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_mem;

/// Buffers of a device, which are given back when nothing refers to them any more.
final class ClMemory {
  private static final Cleaner CLEANER = Cleaner.create();

  /// Smallest allocation: OpenCL knows no empty ones.
  private static final long LEAST_BYTES = 64;

  private final ClTarget target;
  private final AtomicLong used = new AtomicLong();

  ClMemory(ClTarget target) {
    this.target = target;
  }

  /// Bytes in buffers now.
  long used() {
    return used.get();
  }

  ClBuffer allocate(DType dtype, int size) {
    long bytes = (long) size * dtype.bytes();
    cl_mem mem = allocate(bytes);
    ClBuffer buffer = new ClBuffer(target, dtype, size, mem);
    CLEANER.register(buffer, release(mem, bytes, used));
    return buffer;
  }

  private static Runnable release(cl_mem mem, long bytes, AtomicLong used) {
    return () -> {
      CL.clReleaseMemObject(mem);
      used.addAndGet(-bytes);
    };
  }

  /// Memory of so many bytes that the caller releases with [#release].
  ///
  /// @throws DeviceException if there is not enough, with the numbers
  cl_mem allocate(long bytes) {
    long most = target.limits.largestBytes();
    if (bytes > most) {
      throw new DeviceException(
          target.device()
              + ": a buffer of "
              + gib(bytes)
              + ", expected at most "
              + gib(most)
              + " on "
              + target.limits.name()
              + "; use a smaller batch, or Checkpoint");
    }
    for (int attempt = 0; ; attempt++) {
      try {
        if (used.get() + bytes <= target.limits.memoryBytes()) {
          cl_mem mem =
              CL.clCreateBuffer(
                  target.context, CL.CL_MEM_READ_WRITE, Math.max(LEAST_BYTES, bytes), null, null);
          used.addAndGet(bytes);
          return mem;
        }
      } catch (CLException e) {
        if (attempt > 0) {
          throw full(bytes, String.valueOf(e.getMessage()));
        }
      }
      if (attempt > 0) {
        throw full(bytes, "out of memory");
      }
      collect();
    }
  }

  void release(cl_mem mem, long bytes) {
    CL.clReleaseMemObject(mem);
    used.addAndGet(-bytes);
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

  private DeviceException full(long bytes, String why) {
    return new DeviceException(
        target.device()
            + ": "
            + why
            + ": needed "
            + gib(bytes)
            + ", in use "
            + gib(used.get())
            + " of "
            + gib(target.limits.memoryBytes())
            + ", of them "
            + gib(target.arena.bytes())
            + " for intermediate values; use a smaller batch, or Checkpoint");
  }

  private static String gib(long bytes) {
    return bytes < 1 << 20
        ? bytes + " bytes"
        : bytes < 1 << 30
            ? "%.1f MiB".formatted(bytes / 1048576.0)
            : "%.1f GiB".formatted(bytes / 1073741824.0);
  }
}
