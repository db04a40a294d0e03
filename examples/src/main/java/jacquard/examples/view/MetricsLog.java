package jacquard.examples.view;

import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A run's `metrics.jsonl`, one JSON object a line, and its `config.json`.
///
/// A line is handed to the operating system in one piece and survives a kill of this process.
/// Values are strings, booleans, whole numbers up to 64 bits, floats and doubles (NaN and infinite
/// become `null`), null, maps with string keys, lists, and Json. Not for several threads at once.
public final class MetricsLog implements AutoCloseable {
  private static final int LINE_FEED = '\n';

  private final Path path;
  private final FileChannel channel;

  private MetricsLog(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /// Opens a log to append to. A last line that a crash cut short is left alone; the next one
  /// starts on a line of its own.
  ///
  /// @param path of the file
  /// @return the log, to be closed
  /// @throws FormatException if the file can't be opened
  public static MetricsLog open(Path path) throws FormatException {
    try {
      // APPEND and READ exclude each other, so the position does the appending.
      FileChannel channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        return new MetricsLog(path, atNewLine(channel));
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw FormatException.unreadable("metrics", path, e);
    }
  }

  /// Appends one line, all of it or nothing.
  ///
  /// @param values by name
  /// @throws IllegalArgumentException if a value is of another type than the class says
  /// @throws FormatException if the line can't be written
  public void append(Map<String, ? extends @Nullable Object> values) throws FormatException {
    ByteBuffer line = StandardCharsets.UTF_8.encode(json(values) + "\n");
    try {
      long before = channel.position();
      try {
        while (line.hasRemaining()) {
          channel.write(line);
        }
      } catch (IOException e) {
        channel.truncate(before); // half a line would spoil the next one too
        throw e;
      }
    } catch (IOException e) {
      throw FormatException.unreadable("metrics", path, e);
    }
  }

  /// Waits until all lines have reached the disk.
  ///
  /// @throws FormatException if they can't
  public void flush() throws FormatException {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw FormatException.unreadable("metrics", path, e);
    }
  }

  /// The lines of a log; one that a crash cut short is left out.
  ///
  /// @param path of the file
  /// @return one object a line
  /// @throws FormatException if the file can't be read, or has another line that is no JSON
  public static List<Json> read(Path path) throws FormatException {
    List<Json> lines = new ArrayList<>();
    for (Line line : lines(path)) {
      if (line.whole) {
        lines.add(Json.parse(line.text, path.toString()));
      }
    }
    return lines;
  }

  /// Cuts off the lines of steps above `step` at the log's end, and what is no whole line there.
  ///
  /// @param path of the file
  /// @param step the last one to keep
  /// @throws FormatException if the file can't be read or changed
  public static void cut(Path path, long step) throws FormatException {
    List<Line> lines = lines(path);
    int keep = lines.size();
    while (keep > 0 && isBeyond(lines.get(keep - 1), step)) {
      keep--;
    }
    if (keep == lines.size()) {
      return;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(lines.get(keep).from);
      channel.force(true);
    } catch (IOException e) {
      throw FormatException.unreadable("metrics", path, e);
    }
  }

  private static boolean isBeyond(Line line, long step) {
    try {
      return !line.whole || Json.parse(line.text, "metrics").field("step").asLong() > step;
    } catch (FormatException e) {
      return true;
    }
  }

  /// @param from byte offset of its first character
  /// @param whole whether a line feed follows it
  private record Line(long from, String text, boolean whole) {}

  private static List<Line> lines(Path path) throws FormatException {
    if (!Files.exists(path)) {
      return List.of();
    }
    try {
      byte[] bytes = Files.readAllBytes(path);
      List<Line> lines = new ArrayList<>();
      int from = 0;
      for (int at = 0; at < bytes.length; at++) {
        if (bytes[at] == LINE_FEED || at == bytes.length - 1) {
          boolean whole = bytes[at] == LINE_FEED;
          int end = whole ? at : at + 1;
          lines.add(
              new Line(from, new String(bytes, from, end - from, StandardCharsets.UTF_8), whole));
          from = at + 1;
        }
      }
      return lines;
    } catch (IOException e) {
      throw FormatException.unreadable("metrics", path, e);
    }
  }

  @Override
  public void close() throws FormatException {
    try {
      channel.close();
    } catch (IOException e) {
      throw FormatException.unreadable("metrics", path, e);
    }
  }

  /// Writes `values` as an object over several lines, whole or not at all; fields in the map's
  /// order.
  ///
  /// @param path of the file
  /// @param values by name
  /// @throws IllegalArgumentException if a value is of another type than the class says
  /// @throws FormatException if the file can't be written
  public static void writeConfig(Path path, Map<String, ? extends @Nullable Object> values)
      throws FormatException {
    AtomicFile.write("config", path, json(values).pretty() + "\n");
  }

  /// The object in a file that `writeConfig` wrote: `readConfig(path).field("batch").asInt()`.
  ///
  /// @param path of the file
  /// @return its fields
  /// @throws FormatException if the file can't be read or isn't a JSON object
  public static Json.Fields readConfig(Path path) throws FormatException {
    if (Json.read(path) instanceof Json.Fields fields) {
      return fields;
    }
    throw new FormatException("config: " + path + ": is not an object, expected { ... }");
  }

  private static FileChannel atNewLine(FileChannel channel) throws IOException {
    long size = channel.size();
    channel.position(size);
    if (size > 0) {
      ByteBuffer last = ByteBuffer.allocate(1);
      channel.read(last, size - 1);
      if (last.get(0) != LINE_FEED) {
        channel.write(ByteBuffer.wrap(new byte[] {LINE_FEED}));
      }
    }
    return channel;
  }

  /// Values as the class lists them, as JSON.
  ///
  /// @param values by name
  /// @return an object with its fields in the map's order
  /// @throws IllegalArgumentException if one is of another type
  public static Json toJson(Map<String, ? extends @Nullable Object> values) {
    return json(values);
  }

  private static Json json(@Nullable Object value) {
    return switch (value) {
      case null -> new Json.Null();
      case Json json -> json;
      case String text -> Json.of(text);
      case Boolean flag -> Json.of(flag.booleanValue());
      // By way of its digits: 0.1f is 0.1, not 0.10000000149011612.
      case Float number -> Json.of(Double.parseDouble(number.toString()));
      case Double number -> Json.of(number.doubleValue());
      case Long number -> Json.of(number.longValue());
      case Integer number -> Json.of(number.longValue());
      case Short number -> Json.of(number.longValue());
      case Byte number -> Json.of(number.longValue());
      case Map<?, ?> map -> {
        Map<String, Json> fields = new LinkedHashMap<>();
        map.forEach((name, field) -> fields.put(String.valueOf(name), json(field)));
        yield Json.of(fields);
      }
      case List<?> list -> {
        List<Json> items = new ArrayList<>();
        list.forEach(item -> items.add(json(item)));
        yield Json.of(items);
      }
      default ->
          throw new IllegalArgumentException(
              "json: a "
                  + value.getClass().getName()
                  + " can't be written, expected a string, number, boolean, map or list");
    };
  }
}
