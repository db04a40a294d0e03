package jacquard.kernels.cpu.machine;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// What the calling thread allocates: tells when the just-in-time compiler is done with a method of
/// the Vector API.
///
/// The interpreter and C1's code make an object of every vector, C2's code keeps vectors in
/// registers. Unlike a clock this doesn't depend on how fast or how busy the machine is.
public final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /// {@return bytes allocated by the calling thread so far}
  public static long bytes() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }
}
