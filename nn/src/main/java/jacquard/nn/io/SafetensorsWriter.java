package jacquard.nn.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Writes safetensors files byte for byte as the reference library does: tensors by type from wide
/// to narrow, then by name (so that all are aligned), a compact header padded with spaces to 8
/// bytes. Metadata keys are sorted, so equal content gives equal files.
public final class SafetensorsWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private static final Comparator<StoredTensor> ORDER =
      Comparator.comparing(StoredTensor::type)
          .reversed()
          .thenComparing(
              tensor -> tensor.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private SafetensorsWriter() {}

  /// Replaces `path` in one step: after a crash at any moment it holds the old file or the new one.
  ///
  /// @param path the file
  /// @param tensors tensors, with their names
  /// @param metadata written as `__metadata__` unless empty
  /// @throws FormatException if the file can't be written; the old one is intact then
  /// @throws IllegalArgumentException if names repeat, or can't be written
  public static void write(
      Path path, Collection<StoredTensor> tensors, Map<String, String> metadata)
      throws FormatException {
    Layout layout = Layout.of(tensors, metadata);
    AtomicFile.write("safetensors", path, layout::writeTo);
  }

  /// The same with a checksum of every tensor and of the header, which [Safetensors#verify] checks.
  ///
  /// @param path the file
  /// @param tensors tensors, with their names
  /// @param metadata texts of the file's header, by name
  /// @throws IllegalArgumentException also if `metadata` has an entry `crc32c` or `crc32c_header`
  /// @throws FormatException as [#write(Path, Collection, Map)]
  public static void writeChecked(
      Path path, Collection<StoredTensor> tensors, Map<String, String> metadata)
      throws FormatException {
    Layout layout = Layout.of(tensors, Checksums.added(tensors, metadata));
    Checksums.seal(layout.length().array(), layout.header);
    AtomicFile.write("safetensors", path, layout::writeTo);
  }

  /// {@return what [#write] writes, as bytes}
  ///
  /// @param tensors tensors, with their names
  /// @param metadata texts of the file's header, by name
  public static byte[] toBytes(Collection<StoredTensor> tensors, Map<String, String> metadata) {
    Layout layout = Layout.of(tensors, metadata);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (WritableByteChannel channel = java.nio.channels.Channels.newChannel(out)) {
      layout.writeTo(channel);
    } catch (IOException e) {
      throw new AssertionError("writing to memory failed", e);
    }
    return out.toByteArray();
  }

  private static final class Layout {
    private final byte[] header;
    private final List<StoredTensor> tensors;

    private Layout(byte[] header, List<StoredTensor> tensors) {
      this.header = header;
      this.tensors = tensors;
    }

    static Layout of(Collection<StoredTensor> tensors, Map<String, String> metadata) {
      List<StoredTensor> sorted = tensors.stream().sorted(ORDER).toList();
      Set<String> names = new HashSet<>();
      for (StoredTensor tensor : sorted) {
        String name = tensor.name();
        if (!names.add(name)) {
          throw new IllegalArgumentException("safetensors: two tensors are called '" + name + "'");
        }
        if (name.equals(SafetensorsHeader.METADATA)) {
          throw new IllegalArgumentException(
              "safetensors: a tensor can't be called '" + name + "', the format uses that name");
        }
        requireText(name);
      }
      byte[] header = header(sorted, metadata);
      if (header.length > Safetensors.MAX_HEADER) {
        throw new IllegalArgumentException(
            "safetensors: the header has %d bytes, expected at most %d; use fewer or shorter names"
                .formatted(header.length, Safetensors.MAX_HEADER));
      }
      return new Layout(header, sorted);
    }

    private static byte[] header(List<StoredTensor> tensors, Map<String, String> metadata) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (JsonGenerator json = JSON.createGenerator(out)) {
        json.writeStartObject();
        if (!metadata.isEmpty()) {
          json.writeObjectFieldStart(SafetensorsHeader.METADATA);
          for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
            json.writeStringField(requireText(entry.getKey()), requireText(entry.getValue()));
          }
          json.writeEndObject();
        }
        long offset = 0;
        for (StoredTensor tensor : tensors) {
          json.writeObjectFieldStart(tensor.name());
          json.writeStringField("dtype", tensor.type().name());
          json.writeFieldName("shape");
          long[] dims = tensor.dims();
          json.writeArray(dims, 0, dims.length);
          json.writeFieldName("data_offsets");
          long end = offset + tensor.bytes().byteSize();
          json.writeArray(new long[] {offset, end}, 0, 2);
          offset = end;
          json.writeEndObject();
        }
        json.writeEndObject();
      } catch (IOException e) {
        throw new AssertionError("writing to memory failed", e);
      }
      while (out.size() % 8 != 0) {
        out.write(' ');
      }
      return out.toByteArray();
    }

    private static String requireText(String text) {
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
        throw new IllegalArgumentException(
            "safetensors: '%s' holds half a surrogate pair, expected text"
                .formatted(FormatException.printable(text, 100)));
      }
      return text;
    }

    ByteBuffer length() {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      return length.putLong(header.length).flip();
    }

    void writeTo(WritableByteChannel channel) throws IOException {
      AtomicFile.writeFully(channel, length());
      AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
      // A direct buffer of fixed size: a channel copies any other through one as large as the data.
      ByteBuffer chunk = ByteBuffer.allocateDirect(1 << 20);
      MemorySegment target = MemorySegment.ofBuffer(chunk);
      for (StoredTensor tensor : tensors) {
        MemorySegment bytes = tensor.bytes();
        for (long at = 0; at < bytes.byteSize(); at += chunk.capacity()) {
          int count = (int) Math.min(chunk.capacity(), bytes.byteSize() - at);
          MemorySegment.copy(bytes, at, target, 0, count);
          AtomicFile.writeFully(channel, chunk.position(0).limit(count));
        }
      }
    }
  }
}
