package jacquard.nn.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Makes batches ahead of the consumer, on daemon threads, and hands them out in order.
///
/// A batch's failure is thrown by the {@link #next} that would have delivered it, and by every
/// later one; batches before it are delivered. Closing waits until the threads have ended.
public final class DataLoader implements Iterator<Batch>, AutoCloseable {
  private final BatchSource source;
  private final long end;
  private final int prefetch;
  private final List<Thread> threads = new ArrayList<>();

  // Guarded by this.
  private final Map<Long, Batch> ready = new HashMap<>();
  private @Nullable Throwable failure;
  private long failed = Long.MAX_VALUE;
  private boolean closed;
  private long claimed;
  private long step;

  /// Delivers the batches of steps `first` to `end` (exclusive), made by one thread.
  ///
  /// @param source where batches come from
  /// @param first the first step
  /// @param end the end, which is left out
  /// @param prefetch how many batches may lie ready, or 0 to make each when it is asked for,
  ///   without a thread
  public DataLoader(BatchSource source, long first, long end, int prefetch) {
    this(source, first, end, prefetch, 1);
  }

  /// The same with several threads, each of which makes the next batch that none has begun. The
  /// batches are the same for any number of threads.
  ///
  /// @param source called by all threads at once
  /// @param first the first step
  /// @param end the end, which is left out
  /// @param prefetch as above; more threads than this have nothing to do
  /// @param threads how many threads share the work
  public DataLoader(BatchSource source, long first, long end, int prefetch, int threads) {
    if (first < 0 || end < first || prefetch < 0 || threads < 1) {
      throw new IllegalArgumentException(
          "loader: steps %d to %d, prefetch %d, %d threads, expected 0 <= first <= end, prefetch >= 0 and threads >= 1"
              .formatted(first, end, prefetch, threads));
    }
    this.source = source;
    this.step = first;
    this.claimed = first;
    this.end = end;
    this.prefetch = prefetch;
    for (int i = 0; i < Math.min(threads, prefetch); i++) {
      Thread thread = new Thread(this::prepare, "jacquard-data-" + i);
      thread.setDaemon(true);
      this.threads.add(thread);
    }
    this.threads.forEach(Thread::start);
  }

  /// The step whose batch {@link #next} delivers: all that a resumed run needs.
  ///
  /// @return the step
  public synchronized long step() {
    return step;
  }

  @Override
  public synchronized boolean hasNext() {
    return step < end && !closed;
  }

  /// The batch of the current step; waits for it.
  ///
  /// @throws NoSuchElementException behind the last step
  /// @throws IllegalStateException if the loader is closed, also meanwhile, or the thread is
  ///   interrupted
  @Override
  public Batch next() {
    if (prefetch == 0) {
      return direct();
    }
    synchronized (this) {
      while (true) {
        check();
        Batch batch = ready.remove(step);
        if (batch != null) {
          step++;
          notifyAll();
          return batch;
        }
        if (failure != null && step >= failed) {
          throw rethrown(failure);
        }
        try {
          wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("loader: interrupted while waiting for batch " + step, e);
        }
      }
    }
  }

  private synchronized Batch direct() {
    check();
    Batch batch = source.batch(step);
    step++;
    return batch;
  }

  private synchronized void check() {
    if (closed) {
      throw new IllegalStateException("loader: closed before batch " + step + " was delivered");
    }
    if (step >= end) {
      throw new NoSuchElementException("loader: batch " + step + ", expected less than " + end);
    }
  }

  private static RuntimeException rethrown(Throwable failure) {
    return switch (failure) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      case Throwable e -> new IllegalStateException("loader: " + e.getMessage(), e);
    };
  }

  /// A thread: waits for room, makes a batch outside the lock, puts it down.
  private void prepare() {
    long at = claim();
    while (at < end) {
      try {
        Batch batch = source.batch(at);
        synchronized (this) {
          if (!closed) {
            ready.put(at, batch);
          }
          notifyAll();
        }
      } catch (Throwable e) {
        fail(at, e);
      }
      at = claim();
    }
  }

  /// The next step that no thread has begun, once there is room for its batch; `end` if there is
  /// none to be made any more.
  private synchronized long claim() {
    try {
      while (claimed < end && claimed - step >= prefetch && failure == null && !closed) {
        wait();
      }
    } catch (InterruptedException e) {
      fail(claimed, e);
    }
    return failure != null || closed ? end : Math.min(end, claimed++);
  }

  /// Of several failures that of the first step counts: all batches before it are still made.
  private synchronized void fail(long at, Throwable e) {
    if (at < failed) {
      failed = at;
      failure = e;
    }
    notifyAll();
  }

  /// Stops each thread after the batch it is making and waits for it. They are not interrupted:
  /// that would close files which other readers share.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      ready.clear();
      notifyAll();
    }
    if (threads.contains(Thread.currentThread())) {
      return;
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
