package jacquard.bench.workloads;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.List;

/// Counts the bytes that steps allocate: those of the thread that made this, which runs them, and
/// of the workers that exist by then. Not those of the threads that get kernels compiled meanwhile,
/// which end with it.
final class Allocated {
  private static final String WORKER = "jacquard-worker-";

  private final long[] threads;

  Allocated() {
    List<Long> ids = new ArrayList<>(List.of(Thread.currentThread().threadId()));
    var bean = ManagementFactory.getThreadMXBean();
    for (ThreadInfo thread : bean.getThreadInfo(bean.getAllThreadIds())) {
      // null for one that has ended in between
      if (thread != null && thread.getThreadName().startsWith(WORKER)) {
        ids.add(thread.getThreadId());
      }
    }
    threads = ids.stream().mapToLong(Long::longValue).toArray();
  }

  /// So far; 0 on a JVM that doesn't count.
  long bytes() {
    long sum = 0;
    if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean) {
      for (long bytes : bean.getThreadAllocatedBytes(threads)) {
        sum += Math.max(0, bytes);
      }
    }
    return sum;
  }
}
