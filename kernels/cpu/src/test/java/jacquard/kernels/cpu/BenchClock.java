package jacquard.kernels.cpu;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/// Time for benchmarks: with one thread the processor time of the caller, which leaves out what
/// other processes took, and else the wall clock.
public record BenchClock(int threads) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  public long nanos() {
    return threads == 1 ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
  }
}
