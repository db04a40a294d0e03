package jacquard.nn.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A safetensors file, memory-mapped: opening reads only the header, and tensors read their own
/// bytes.
///
/// Everything is checked before anything is handed out: header length and limit (100,000,000
/// bytes), UTF-8, JSON, types, shapes, and that the tensors tile the data with no hole, overlap or
/// rest. Where the reference library is more lenient than the format's text, the text wins: a
/// header that doesn't start with `{`, a duplicate key and an unknown field are refused.
///
/// The file must not shrink while it is open: reading a mapped page that is gone is an
/// `InternalError` of the JVM.
///
/// @see <a href="https://github.com/huggingface/safetensors#format">The format</a>
public final class Safetensors implements AutoCloseable {
  static final long MAX_HEADER = 100_000_000;

  private final String source;
  private final Map<String, String> metadata;
  private final Map<String, StoredTensor> tensors;
  private final Arena arena;

  /// The header's length, and the header.
  private final MemorySegment head;

  private Safetensors(String source, MemorySegment file, Arena arena) throws FormatException {
    this.source = source;
    this.arena = arena;
    long size = file.byteSize();
    if (size < 8) {
      throw new FormatException(
          "safetensors: " + source + ": has " + size + " bytes, expected at least 8");
    }
    long length = file.get(StoredTensor.LONG, 0);
    if (length < 0 || length > MAX_HEADER) {
      throw new FormatException(
          "safetensors: %s: claims a header of %s bytes, expected at most %d; is it a safetensors file?"
              .formatted(source, Long.toUnsignedString(length), MAX_HEADER));
    }
    if (length > size - 8) {
      throw new FormatException(
          "safetensors: %s: claims a header of %d bytes, but only %d follow; the file is truncated"
              .formatted(source, length, size - 8));
    }
    this.head = file.asSlice(0, 8 + length);
    SafetensorsHeader header =
        SafetensorsHeader.parse(source, file.asSlice(8, length).asByteBuffer(), size - 8 - length);
    Map<String, StoredTensor> found = LinkedHashMap.newLinkedHashMap(header.tensors().size());
    for (SafetensorsHeader.Item item : header.tensors()) {
      MemorySegment bytes = file.asSlice(8 + length + item.from, item.to - item.from);
      found.put(item.name, new StoredTensor(source, item.name, item.type, item.dims, bytes));
    }
    this.metadata = header.metadata();
    this.tensors = Collections.unmodifiableMap(found);
  }

  /// Maps a file and checks it.
  ///
  /// @param path the file
  /// @return the file
  /// @throws FormatException if it can't be read or isn't a valid safetensors file
  @SuppressWarnings("MustBeClosedChecker") // the result closes the arena
  public static Safetensors open(Path path) throws FormatException {
    Arena arena = Arena.ofShared();
    boolean done = false;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      Safetensors result = new Safetensors(path.toString(), file, arena);
      done = true;
      return result;
    } catch (IOException e) {
      throw FormatException.unreadable("safetensors", path, e);
    } finally {
      if (!done) {
        arena.close();
      }
    }
  }

  /// A file's bytes in memory; not copied.
  ///
  /// @param bytes a whole file, which must not be changed
  /// @param source what error texts call it
  /// @return the file
  /// @throws FormatException if they aren't a valid safetensors file
  @SuppressWarnings("MustBeClosedChecker") // the result closes the arena
  public static Safetensors of(byte[] bytes, String source) throws FormatException {
    Arena arena = Arena.ofShared();
    boolean done = false;
    try {
      Safetensors result = new Safetensors(source, MemorySegment.ofArray(bytes), arena);
      done = true;
      return result;
    } finally {
      if (!done) {
        arena.close();
      }
    }
  }

  /// {@return the `__metadata__` of the file; empty if there is none}
  public Map<String, String> metadata() {
    return metadata;
  }

  /// {@return the tensors by name, in the order of their data}
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  /// The tensor of a name.
  ///
  /// @param name name of the tensor
  /// @return the tensor
  /// @throws FormatException if there is no tensor of that name
  public StoredTensor tensor(String name) throws FormatException {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new FormatException(
          "safetensors: %s: has no tensor '%s', expected one of %d: %s"
              .formatted(source, name, tensors.size(), String.join(", ", tensors.keySet())));
    }
    return tensor;
  }

  /// Reads the whole file and compares it with the checksums that [SafetensorsWriter#writeChecked]
  /// left in it.
  ///
  /// @throws FormatException if there are none, or one differs: the file is damaged
  public void verify() throws FormatException {
    Checksums.verify(
        source,
        head.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE),
        head.asSlice(8).toArray(ValueLayout.JAVA_BYTE),
        metadata,
        tensors.values());
  }

  /// Unmaps the file; its tensors can't be read any more.
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  @Override
  public String toString() {
    return "safetensors " + source + ": " + tensors.size() + " tensors";
  }
}
