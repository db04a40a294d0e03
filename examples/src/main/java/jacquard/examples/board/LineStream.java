package jacquard.examples.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.nn.io.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/// JSON values that are sent as they come, each on a line.
///
/// A browser that has gone is noticed only by writing to it. So an empty line is sent every second,
/// and when that fails the thread that answers is interrupted, whatever it computes.
final class LineStream implements AutoCloseable {
  private static final long BEAT_MILLIS = TimeUnit.SECONDS.toMillis(1);

  private final OutputStream out;
  private final Thread answering = Thread.currentThread();
  private final Thread beat;
  private boolean closed;

  LineStream(Request request) throws IOException {
    this.out = request.stream("application/x-ndjson");
    this.beat = Thread.ofVirtual().name("board-beat").start(this::beat);
  }

  private void beat() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(BEAT_MILLIS);
        if (!write("\n")) {
          return;
        }
      }
    } catch (InterruptedException e) {
      return; // closed
    }
  }

  /// @throws CancellationException if the browser has gone
  void send(Json value) {
    if (!write(value + "\n")) {
      throw new CancellationException("the browser has gone");
    }
  }

  private synchronized boolean write(String text) {
    if (closed) {
      return false;
    }
    try {
      out.write(text.getBytes(UTF_8));
      out.flush();
      return true;
    } catch (IOException e) {
      closed = true;
      if (Thread.currentThread() != answering) {
        answering.interrupt();
      }
      return false;
    }
  }

  @Override
  public synchronized void close() {
    beat.interrupt();
    if (!closed) {
      closed = true;
      try {
        out.close();
      } catch (IOException e) {
        return; // the browser has gone
      }
    }
  }
}
