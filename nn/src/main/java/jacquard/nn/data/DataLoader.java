package jacquard.nn.data;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// Makes batches ahead of the consumer, on one daemon thread, and hands them out in order.
///
/// A batch's failure is thrown by the {@link #next} that would have delivered it, and by every
/// later one; batches before it are delivered. Closing waits until the thread has ended.
public final class DataLoader implements Iterator<Batch>, AutoCloseable {
  private final BatchSource source;
  private final long end;
  private final int prefetch;
  private final @Nullable Thread thread;

  // Guarded by this.
  private final Queue<Batch> ready = new ArrayDeque<>();
  private @Nullable Throwable failure;
  private boolean closed;
  private long step;

  /// Delivers the batches of steps `first` to `end` (exclusive).
  ///
  /// @param prefetch how many batches may lie ready, or 0 to make each when it is asked for,
  ///   without a thread
  public DataLoader(BatchSource source, long first, long end, int prefetch) {
    if (first < 0 || end < first || prefetch < 0) {
      throw new IllegalArgumentException(
          "loader: steps %d to %d, prefetch %d, expected 0 <= first <= end and prefetch >= 0"
              .formatted(first, end, prefetch));
    }
    this.source = source;
    this.step = first;
    this.end = end;
    this.prefetch = prefetch;
    if (prefetch == 0) {
      thread = null;
    } else {
      thread = new Thread(() -> prepare(first), "jacquard-data");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /// The step whose batch {@link #next} delivers: all that a resumed run needs.
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
    if (thread == null) {
      return direct();
    }
    synchronized (this) {
      while (true) {
        check();
        Batch batch = ready.poll();
        if (batch != null) {
          step++;
          notifyAll();
          return batch;
        }
        if (failure != null) {
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

  /// The thread: waits for room, makes a batch outside the lock, adds it.
  private void prepare(long first) {
    try {
      for (long at = first; at < end && awaitRoom(); at++) {
        Batch batch = source.batch(at);
        synchronized (this) {
          ready.add(batch);
          notifyAll();
        }
      }
    } catch (Throwable e) {
      synchronized (this) {
        failure = e;
        notifyAll();
      }
    }
  }

  private synchronized boolean awaitRoom() throws InterruptedException {
    while (ready.size() >= prefetch && !closed) {
      wait();
    }
    return !closed;
  }

  /// Stops the thread after the batch it is making and waits for it. It is not interrupted: that
  /// would close files which other readers share.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      ready.clear();
      notifyAll();
    }
    if (thread == null || thread == Thread.currentThread()) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
