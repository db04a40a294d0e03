package jacquard.examples.tensorboard;

import jacquard.nn.io.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes a file that TensorBoard reads: records of the TFRecord format, each an `Event` message.
///
/// A record is its length, a checksum of that, the message, and a checksum of it. It is handed to
/// the operating system in one piece, so that a TensorBoard that reads meanwhile sees whole ones,
/// and survives a kill of this process. Not for several threads at once.
///
/// @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord">TFRecord</a>
/// @see <a
///   href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto">Event</a>
public final class EventFile implements AutoCloseable {
  private static final String VERSION = "brain.Event:2";
  static final int SESSION_STARTS = 1;

  // fields of an Event, of its Summary, and of that's Value
  static final int STEP = 2;
  static final int SUMMARY = 5;
  static final int SESSION = 7;
  static final int VALUE = 1;
  static final int TAG = 1;
  static final int HISTOGRAM = 5;

  /// What the name of every event file has in it.
  private static final String MARK = ".tfevents.";

  private static final int STRINGS = 7;

  private final Path path;
  private @Nullable FileChannel channel;

  private EventFile(Path path) {
    this.path = path;
  }

  /// A new file in `folder`, which is made when the first event is written.
  ///
  /// @param folder of the run
  /// @return the file, which is not there yet
  public static EventFile in(Path folder) {
    long now = System.currentTimeMillis();
    // TensorBoard reads the files of a folder in the order of their names
    return new EventFile(
        folder.resolve(
            "events.out%s%010d.%06d.jacquard"
                .formatted(
                    MARK, now / 1000, now % 1000 * 1000 + ProcessHandle.current().pid() % 1000)));
  }

  /// {@return path of the file}
  public Path path() {
    return path;
  }

  /// The event files in a folder, in the order in which readers take them.
  ///
  /// @param folder of the run
  /// @return the files, none if there are none
  /// @throws IOException if the folder can't be read
  public static List<Path> allIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().contains(MARK)).sorted().toList();
    }
  }

  /// Tells readers to forget what older files say of `step` and later ones: this file goes on from
  /// there.
  ///
  /// @param step what the values belong to
  /// @throws FormatException if the file can't be written
  public void restart(long step) throws FormatException {
    write(event(step).message(SESSION, new Message().number(1, SESSION_STARTS)));
  }

  /// Numbers by name, as curves; what is no finite number is written as it is.
  ///
  /// @param step what the values belong to
  /// @param values by tag
  /// @throws FormatException if the file can't be written
  public void scalars(long step, Map<String, Double> values) throws FormatException {
    List<Message> summaries = new ArrayList<>();
    values.forEach((tag, value) -> summaries.add(tagged(tag).real(2, value.floatValue())));
    write(step, summaries);
  }

  /// Histograms by name.
  ///
  /// @param step what the values belong to
  /// @param values by tag
  /// @throws FormatException if the file can't be written
  public void histograms(long step, Map<String, Histogram> values) throws FormatException {
    List<Message> summaries = new ArrayList<>();
    values.forEach((tag, value) -> summaries.add(tagged(tag).message(HISTOGRAM, value.message())));
    write(step, summaries);
  }

  /// A picture.
  ///
  /// @param step what the values belong to
  /// @param tag name of the picture
  /// @param encoded a PNG file's bytes
  /// @param height in pixels
  /// @param width in pixels
  /// @throws FormatException if the file can't be written
  public void image(long step, String tag, byte[] encoded, int height, int width)
      throws FormatException {
    Message image = new Message().number(1, height).number(2, width).number(3, 3).bytes(4, encoded);
    write(step, List.of(tagged(tag).message(4, image)));
  }

  /// A text, shown letter by letter as it is.
  ///
  /// @param step what the values belong to
  /// @param tag name of the text
  /// @param text shown as it is
  /// @throws FormatException if the file can't be written
  public void text(long step, String tag, String text) throws FormatException {
    // TensorBoard takes it for Markdown, in which an indented line is code
    String code = "    " + text.replace("\n", "\n    ");
    Message plugin = new Message().message(1, new Message().text(1, "text"));
    Message shape = new Message().message(2, new Message().number(1, 1));
    Message strings = new Message().number(1, STRINGS).message(2, shape).text(8, code);
    write(step, List.of(tagged(tag).message(8, strings).message(9, plugin)));
  }

  private static Message tagged(String tag) {
    return new Message().text(TAG, tag);
  }

  private static Message event(long step) {
    return new Message().real(1, System.currentTimeMillis() / 1e3).number(STEP, step);
  }

  private void write(long step, List<Message> summaries) throws FormatException {
    if (summaries.isEmpty()) {
      return;
    }
    Message summary = new Message();
    summaries.forEach(value -> summary.message(VALUE, value));
    write(event(step).message(SUMMARY, summary));
  }

  private void write(Message event) throws FormatException {
    try {
      FileChannel file = channel;
      if (file == null) {
        file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        channel = file;
        append(file, event(0).text(3, VERSION).toByteArray());
      }
      append(file, event.toByteArray());
    } catch (IOException e) {
      throw FormatException.unreadable("events", path, e);
    }
  }

  private static void append(FileChannel file, byte[] data) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length).putInt(checksum(record.array(), Long.BYTES));
    record.put(data).putInt(checksum(data, data.length)).flip();
    long before = file.position();
    try {
      while (record.hasRemaining()) {
        file.write(record);
      }
    } catch (IOException e) {
      file.truncate(before); // half a record would spoil all that follow
      throw e;
    }
  }

  /// CRC-32C, turned and shifted by a constant so that a checksum of data that hold checksums is a
  /// good one, too.
  static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  @Override
  public void close() throws FormatException {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw FormatException.unreadable("events", path, e);
    }
  }
}
