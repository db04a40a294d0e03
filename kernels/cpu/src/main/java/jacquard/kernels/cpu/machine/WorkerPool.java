package jacquard.kernels.cpu.machine;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A fixed set of threads for the parallel loops of a step. The calling thread is worker 0.
///
/// Between [#begin()] and [#end()] the workers spin, so a parallel loop costs well under a
/// microsecond; outside they park, and waking them costs some 30 to 40 microseconds. A loop outside
/// a step works and pays for the waking.
///
/// The items of a loop are split into contiguous parts, the same way every time. Which thread runs
/// an item must not change its result: whoever reduces over items does it in an order that depends
/// on the shape only.
///
/// One loop runs at a time: calls from several threads take turns, and a loop that starts inside
/// another one runs inline on its thread. The threads are daemons.
public final class WorkerPool implements AutoCloseable {
  /// Spins before a waiting thread offers its core to others, about 30 microseconds.
  private static final int SPINS_BEFORE_YIELD = 1000;

  /// Further spins, yielding, before a worker outside a step parks.
  private static final int YIELDS_BEFORE_PARK = 50;

  private final Worker[] workers;
  private final ReentrantLock turn = new ReentrantLock();
  private volatile int steps;
  private volatile boolean closed;

  /// Starts the threads but one, which is the caller's.
  ///
  /// @param threads number of threads, the caller's included; at least 1
  public WorkerPool(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "worker pool: " + threads + " threads, expected at least 1; set jacquard.threads");
    }
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  /// {@return number of threads, the caller's included}
  public int threads() {
    return workers.length + 1;
  }

  /// {@return index of the calling thread in this pool: that of a worker inside its loop, 0 for any
  /// other thread}
  public int currentWorker() {
    return Thread.currentThread() instanceof Worker worker && worker.pool() == this
        ? worker.index
        : 0;
  }

  /// Wakes the workers: they spin until the matching [#end()].
  public void begin() {
    turn.lock();
    try {
      steps++;
      for (Worker worker : workers) {
        worker.wake();
      }
    } finally {
      turn.unlock();
    }
  }

  /// Ends a step: the workers park when they find nothing to do.
  ///
  /// @throws IllegalStateException if no step is in progress
  public void end() {
    turn.lock();
    try {
      if (steps == 0) {
        throw new IllegalStateException("worker pool: end() without begin()");
      }
      steps--;
    } finally {
      turn.unlock();
    }
  }

  /// Has the caller wait for something else in the middle of a step: the workers park meanwhile, if
  /// no other step is in progress. Within a parallel loop they go on.
  ///
  /// @param waiting what the caller waits for
  public void rest(Runnable waiting) {
    boolean resting = steps > 0 && currentWorker() == 0 && !turn.isHeldByCurrentThread();
    if (resting) {
      end();
    }
    try {
      waiting.run();
    } finally {
      if (resting) {
        begin();
      }
    }
  }

  /// Runs `body` over the items `0 .. items - 1` and returns when all are done.
  ///
  /// At most `items / grain` threads take part (at least one), each with one contiguous part. What
  /// a part throws is thrown here once every part has ended; further exceptions are attached as
  /// suppressed.
  ///
  /// @param items number of items; 0 does nothing
  /// @param grain least number of items worth a thread of their own; choose about 10 microseconds
  ///   of work
  /// @param body handles a range of them
  public void parallelFor(int items, int grain, RangeBody body) {
    if (items <= 0) {
      return;
    }
    int parts = Math.max(1, Math.min(threads(), items / Math.max(1, grain)));
    if (parts == 1 || currentWorker() != 0 || turn.isHeldByCurrentThread()) {
      body.run(0, items, currentWorker());
      return;
    }
    turn.lock();
    try {
      split(items, parts, body);
    } finally {
      turn.unlock();
    }
  }

  /// Runs `body` over items that have parallel loops of their own, and returns when all are done.
  ///
  /// As long as there is one for every thread, a thread takes whole items: their loops run on it
  /// alone, and it waits for nobody in between. Items are dealt in turn, since neighbours often
  /// take as long as each other, and not as long as those far away. What is left over runs one
  /// after another, and all threads share its loops.
  ///
  /// @param items number of items; 0 does nothing
  /// @param grain least number of items worth a thread of their own
  /// @param body handles an item at a time
  public void parallelForWhole(int items, int grain, RangeBody body) {
    int threads = threads();
    int each = items / threads < grain ? 0 : items / threads;
    if (each > 0) {
      parallelFor(
          threads,
          1,
          (from, to, worker) -> {
            for (int part = from; part < to; part++) {
              for (int item = part; item < each * threads; item += threads) {
                body.run(item, item + 1, worker);
              }
            }
          });
    }
    for (int item = each * threads; item < items; item++) {
      body.run(item, item + 1, currentWorker());
    }
  }

  private void split(int items, int parts, RangeBody body) {
    for (int part = 1; part < parts; part++) {
      workers[part - 1].give(body, bound(items, part, parts), bound(items, part + 1, parts));
    }
    Throwable thrown = null;
    try {
      body.run(0, bound(items, 1, parts), 0);
    } catch (Throwable t) {
      thrown = t;
    }
    for (int part = 1; part < parts; part++) {
      Throwable other = workers[part - 1].await();
      if (thrown == null) {
        thrown = other;
      } else if (other != null && other != thrown) {
        thrown.addSuppressed(other);
      }
    }
    if (thrown != null) {
      WorkerPool.<RuntimeException>rethrow(thrown);
    }
  }

  private static int bound(int items, int part, int parts) {
    return (int) ((long) items * part / parts);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void rethrow(Throwable thrown) throws T {
    throw (T) thrown;
  }

  /// Lets the threads go. Loops that start afterwards are refused.
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
    }
  }

  /// A thread with a mailbox of one task: `posted` counts the tasks given, `finished` those done.
  private final class Worker extends Thread {
    private final int index;
    private volatile int posted;
    private volatile int finished;
    private volatile boolean parked;
    private @Nullable RangeBody body;
    private @Nullable Throwable thrown;
    private int from;
    private int to;

    Worker(int index) {
      super("jacquard-worker-" + index);
      this.index = index;
      setDaemon(true);
    }

    WorkerPool pool() {
      return WorkerPool.this;
    }

    void give(RangeBody task, int first, int end) {
      if (closed) {
        throw new IllegalStateException("worker pool: closed; make a new one");
      }
      body = task;
      from = first;
      to = end;
      posted++;
      wake();
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    @Nullable Throwable await() {
      int goal = posted;
      int spins = 0;
      while (finished != goal) {
        spins = pause(spins);
      }
      Throwable result = thrown;
      thrown = null;
      return result;
    }

    @Override
    public void run() {
      int seen = 0;
      int spins = 0;
      while (!closed) {
        if (posted == seen) {
          spins = pause(spins);
          if (spins > SPINS_BEFORE_YIELD + YIELDS_BEFORE_PARK && steps == 0) {
            park(seen);
            spins = 0;
          }
          continue;
        }
        seen++;
        spins = 0;
        RangeBody task = body;
        body = null;
        try {
          if (task != null) {
            task.run(from, to, index);
          }
        } catch (Throwable t) {
          thrown = t;
        }
        finished = seen;
      }
    }

    /// `parked` is written before `posted`, `steps` and `closed` are read, and [#wake()] reads it
    /// after one of them was written, so no call is lost.
    private void park(int seen) {
      parked = true;
      while (posted == seen && steps == 0 && !closed) {
        LockSupport.park(WorkerPool.this);
      }
      parked = false;
    }

    private static int pause(int spins) {
      if (spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
      return Math.min(spins + 1, Integer.MAX_VALUE / 2);
    }
  }
}
