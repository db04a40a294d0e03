package jacquard.examples.tensorboard;

import jacquard.nn.io.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// The histograms in a run's event files. As TensorBoard does, it forgets what older files say of
/// the step at which a later one goes on, and of later steps. A record that is still being written,
/// or damaged, ends its file.
public final class HistogramLog {
  private static final int HEAD = Long.BYTES + Integer.BYTES;

  private final Predicate<String> wanted;
  private final boolean buckets;
  private final NavigableMap<String, NavigableMap<Long, Histogram>> found = new TreeMap<>();

  private HistogramLog(Predicate<String> wanted, boolean buckets) {
    this.wanted = wanted;
    this.buckets = buckets;
  }

  /// Histograms by tag and step.
  ///
  /// @param folder of the run
  /// @param wanted tags
  /// @param buckets whether to read limits and counts; else they are empty
  /// @return steps ascending for each tag
  /// @throws IOException if a file can't be read
  public static NavigableMap<String, NavigableMap<Long, Histogram>> read(
      Path folder, Predicate<String> wanted, boolean buckets) throws IOException {
    HistogramLog log = new HistogramLog(wanted, buckets);
    for (Path file : EventFile.allIn(folder)) {
      try (FileChannel channel = FileChannel.open(file)) {
        log.file(channel);
      }
    }
    log.found.values().removeIf(NavigableMap::isEmpty);
    return log.found;
  }

  private void file(FileChannel file) throws IOException {
    long size = file.size();
    for (long at = 0; size - at > HEAD; ) {
      ByteBuffer head = bytes(file, at, HEAD);
      long length = head.getLong();
      boolean whole = head.getInt() == EventFile.checksum(head.array(), Long.BYTES);
      if (!whole || length < 0 || length > Math.min(size - at - HEAD, Integer.MAX_VALUE - HEAD)) {
        return;
      }
      byte[] event = bytes(file, at + HEAD, (int) length).array();
      at += HEAD + length + Integer.BYTES;
      if (at > size
          || bytes(file, at - Integer.BYTES, Integer.BYTES).getInt()
              != EventFile.checksum(event, event.length)) {
        return;
      }
      event(ByteBuffer.wrap(event));
    }
  }

  private static ByteBuffer bytes(FileChannel file, long from, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {
      // reads on
    }
    return bytes.rewind();
  }

  private void event(ByteBuffer event) throws FormatException {
    long step = 0;
    boolean starts = false;
    ByteBuffer summary = ByteBuffer.allocate(0);
    for (Fields fields = new Fields(event); fields.next(); ) {
      switch (fields.field()) {
        case EventFile.STEP -> step = fields.number();
        case EventFile.SUMMARY -> summary = fields.message();
        case EventFile.SESSION -> {
          Fields session = new Fields(fields.message());
          starts = session.next() && session.number() == EventFile.SESSION_STARTS;
        }
        default -> {} // skipped
      }
    }
    if (starts) {
      long from = step;
      found.values().forEach(steps -> steps.tailMap(from, true).clear());
    }
    for (Fields values = new Fields(summary); values.next(); ) {
      if (values.field() == EventFile.VALUE) {
        value(step, values.message());
      }
    }
  }

  private void value(long step, ByteBuffer value) throws FormatException {
    String tag = "";
    for (Fields fields = new Fields(value); fields.next(); ) {
      if (fields.field() == EventFile.TAG) {
        tag = fields.text();
      } else if (fields.field() == EventFile.HISTOGRAM && wanted.test(tag)) {
        Histogram histogram = Histogram.read(new Fields(fields.message()), buckets);
        found.computeIfAbsent(tag, t -> new TreeMap<>()).put(step, histogram);
      }
    }
  }
}
