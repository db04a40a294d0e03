package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Reads training text: a file, or the `.txt` files of a folder and its sub folders by path.
public final class TextFiles {
  private static final long MAX_BYTES = 1L << 30;

  /// A file's text.
  public record Document(Path path, String text) {}

  private TextFiles() {}

  /// @throws FormatException if a file can't be read, is no UTF-8 or is larger than 1 GiB, or
  ///   nothing is there
  public static List<Document> read(Path path) throws FormatException {
    try {
      if (!Files.isDirectory(path)) {
        return List.of(new Document(path, text(path)));
      }
      List<Path> files;
      try (Stream<Path> walk = Files.walk(path)) {
        files =
            walk.filter(file -> file.toString().endsWith(".txt") && Files.isRegularFile(file))
                .sorted()
                .toList();
      }
      if (files.isEmpty()) {
        throw new FormatException("text: " + path + ": holds no .txt file");
      }
      List<Document> documents = new ArrayList<>();
      for (Path file : files) {
        documents.add(new Document(file, text(file)));
      }
      return documents;
    } catch (UncheckedIOException e) {
      throw FormatException.unreadable("text", path, e);
    } catch (IOException e) {
      throw FormatException.unreadable("text", path, e);
    }
  }

  private static String text(Path file) throws IOException {
    long size = Files.size(file);
    if (size > MAX_BYTES) {
      throw new FormatException(
          "text: %s: has %d bytes, expected at most %d; split it".formatted(file, size, MAX_BYTES));
    }
    byte[] bytes = Files.readAllBytes(file);
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw new FormatException(
          "text: %s: byte 0x%02x at offset %d is not UTF-8; convert the file"
              .formatted(file, bytes[in.position()], in.position()));
    }
    boolean marked = out.position() > 0 && out.get(0) == '\uFEFF';
    return out.flip().position(marked ? 1 : 0).toString();
  }
}
