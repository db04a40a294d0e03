package jacquard.examples.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Checksum;
import org.apache.commons.codec.digest.PureJavaCrc32C;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

/// Reads event files with TensorFlow's own message classes and another library's checksums.
public final class Events {
  private Events() {}

  /// The events of a file, each with good checksums.
  public static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = take(bytes, Long.BYTES);
      assertEquals(masked(length), bytes.getInt(), "checksum of a length");
      long size = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
      byte[] data = take(bytes, Math.toIntExact(size));
      assertEquals(masked(data), bytes.getInt(), "checksum of an event");
      events.add(Event.parseFrom(data));
    }
    return events;
  }

  private static byte[] take(ByteBuffer from, int count) {
    byte[] taken = new byte[count];
    from.get(taken);
    return taken;
  }

  private static int masked(byte[] data) {
    Checksum crc = new PureJavaCrc32C();
    crc.update(data, 0, data.length);
    int value = (int) crc.getValue();
    return (value >>> 15 | value << 17) + 0xa282ead8;
  }

  /// The event files of a run, in the order in which TensorBoard reads them.
  public static List<Path> files(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      return files
          .filter(file -> file.getFileName().toString().contains("tfevents"))
          .sorted()
          .toList();
    }
  }

  /// What TensorBoard shows of a run: the values of all files but those that a restart takes back.
  public static List<Shown> shown(Path run) throws IOException {
    List<Shown> shown = new ArrayList<>();
    for (Path file : files(run)) {
      for (Event event : read(file)) {
        if (event.hasSessionLog()) {
          shown.removeIf(value -> value.step >= event.getStep());
        }
        event.getSummary().getValueList().forEach(v -> shown.add(new Shown(event.getStep(), v)));
      }
    }
    return shown;
  }

  /// A value at a step.
  public record Shown(long step, Summary.Value value) {
    public String tag() {
      return value.getTag();
    }
  }
}
