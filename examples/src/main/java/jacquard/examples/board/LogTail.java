package jacquard.examples.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Follows a `metrics.jsonl` while it grows; notices when a run that was resumed has cut it and
/// written other lines.
final class LogTail {
  private static final int MOST_AT_ONCE = 1 << 22;

  /// Bytes before the place reached, by which the file is known again. They hold times, so no two
  /// runs have the same.
  private static final int KNOWN_BY = 256;

  private final Path path;
  private long offset;
  private byte[] before = {};
  private boolean begun;

  LogTail(Path path) {
    this.path = path;
  }

  /// @param anew whether what was told before no longer holds
  /// @param lines that are whole, each a JSON object
  record News(boolean anew, List<Json> lines) {}

  /// What the file has that was not told yet; null if there is nothing. The first call tells of an
  /// empty or missing file, too.
  @Nullable News next() throws IOException {
    boolean first = !begun;
    begun = true;
    if (!Files.exists(path)) {
      boolean gone = offset > 0;
      offset = 0;
      before = new byte[0];
      return first || gone ? new News(true, List.of()) : null;
    }
    try (FileChannel file = FileChannel.open(path)) {
      boolean same = file.size() >= offset && Arrays.equals(before, known(file));
      if (!same) {
        offset = 0;
      }
      List<Json> lines = lines(read(file));
      before = known(file);
      return first || !same || !lines.isEmpty() ? new News(first || !same, lines) : null;
    }
  }

  /// The last line of a log; null if it has none.
  static @Nullable Json last(Path path) throws IOException {
    List<Json> lines = end(path);
    return lines.isEmpty() ? null : lines.getLast();
  }

  /// The last lines of a log, as many as 16 kB hold.
  static List<Json> end(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path)) {
      LogTail tail = new LogTail(path);
      tail.offset = Math.max(0, file.size() - (1 << 14));
      return tail.lines(tail.read(file));
    }
  }

  private byte[] known(FileChannel file) throws IOException {
    int count = (int) Math.min(KNOWN_BY, offset);
    return bytes(file, offset - count, count);
  }

  private byte[] read(FileChannel file) throws IOException {
    long left = Math.max(0, file.size() - offset);
    return bytes(file, offset, (int) Math.min(MOST_AT_ONCE, left));
  }

  private static byte[] bytes(FileChannel file, long from, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {
      // reads on
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /// The whole lines, behind which the place moves. What is no object is left out: a crash may have
  /// cut a line short, and [#end] begins somewhere in one.
  private List<Json> lines(byte[] bytes) {
    List<Json> lines = new ArrayList<>();
    int from = 0;
    for (int at = 0; at < bytes.length; at++) {
      if (bytes[at] == '\n') {
        try {
          Json line = Json.parse(new String(bytes, from, at - from, UTF_8), "metrics");
          line.field("step").asLong();
          lines.add(line);
        } catch (FormatException e) {
          // left out
        }
        from = at + 1;
      }
    }
    offset += from;
    return lines;
  }
}
