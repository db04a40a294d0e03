package jacquard.kernels.cpu.emit;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Gets the vector forms of kernels compiled in the background, those first that have the most work
/// waiting.
///
/// The compiler has a queue of its own, in which the first to come is not the first to be done; so
/// it is asked for a few kernels at a time, and the thread sleeps nearly all the time: on a machine
/// with one core it shares that with the compiler and with the training it serves.
final class LoopWarmer implements Runnable {
  private static final System.Logger LOG = System.getLogger(LoopWarmer.class.getName());

  /// Kernels under way at a time: enough to keep the compiler threads busy.
  private static final int IN_FLIGHT =
      Math.max(2, Runtime.getRuntime().availableProcessors() / 2 + 1);

  private static final long PAUSE_NANOS = 2_000_000;

  private static final long LONG_PAUSE_NANOS = 100_000_000;

  private final List<WarmUp> waiting = new ArrayList<>();
  private final List<WarmUp> failed = new ArrayList<>();
  private final BooleanSupplier othersFirst;
  private int open;
  private boolean running;

  /// @param othersFirst whether the compiler has more urgent work now
  LoopWarmer(BooleanSupplier othersFirst) {
    this.othersFirst = othersFirst;
  }

  synchronized void add(WarmUp warmUp) {
    waiting.add(warmUp);
    open++;
    if (!running) {
      running = true;
      Thread.ofPlatform().daemon().name("jacquard-warm-loops").start(this);
    }
  }

  /// Waits until nothing is waiting or under way, but for what has failed and is tried again.
  ///
  /// @return false if `limit` passed first
  synchronized boolean await(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (open > 0) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  @Override
  public void run() {
    List<WarmUp> active = new ArrayList<>();
    int done = 0;
    while (refill(active)) {
      for (WarmUp warmUp : List.copyOf(active)) {
        boolean retried = warmUp.failed();
        if (settled(warmUp, done)) {
          active.remove(warmUp);
          done++;
          close(warmUp, retried);
        }
      }
      LockSupport.parkNanos(isIdle(active) ? LONG_PAUSE_NANOS : PAUSE_NANOS);
    }
  }

  private synchronized boolean isIdle(List<WarmUp> active) {
    return active.isEmpty() && waiting.isEmpty();
  }

  private static boolean settled(WarmUp warmUp, int done) {
    try {
      return warmUp.step(done);
    } catch (RuntimeException | LinkageError e) {
      LOG.log(Level.WARNING, "loops: a kernel has no vector form and stays scalar code", e);
      return true;
    }
  }

  /// False when there is nothing left to do: then the thread ends.
  private synchronized boolean refill(List<WarmUp> active) {
    while (active.size() < IN_FLIGHT && !waiting.isEmpty() && !othersFirst.getAsBoolean()) {
      WarmUp next = waiting.stream().max(Comparator.comparingLong(WarmUp::work)).orElseThrow();
      waiting.remove(next);
      active.add(next);
    }
    long now = System.nanoTime();
    for (WarmUp next : List.copyOf(failed)) {
      if (active.size() < IN_FLIGHT && next.retry() - now < 0) {
        failed.remove(next);
        active.add(next);
      }
    }
    running = !active.isEmpty() || !failed.isEmpty() || !waiting.isEmpty();
    return running;
  }

  private synchronized void close(WarmUp warmUp, boolean retried) {
    if (warmUp.failed() && !warmUp.isReady()) {
      failed.add(warmUp);
    }
    if (!retried) {
      open--;
      notifyAll();
    }
  }
}
