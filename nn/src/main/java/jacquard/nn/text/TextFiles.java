package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
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

/// Reads training text: a file, or the `.txt`, `.json` and `.jsonl` files of a folder and its sub
/// folders by path. JSON holds a text, or lists of texts: `{"text": ...}`, or `{"paragraphs":
/// [...]}` and `{"content": [...]}` with a line in each string, as chinese-poetry has it; `.jsonl`
/// such a value in each line. Any other file is one text.
public final class TextFiles {
  private static final long MAX_BYTES = 1L << 30;
  private static final List<String> ENDINGS = List.of(".txt", ".json", ".jsonl");

  /// A text and the file it is from.
  ///
  /// @param path a file, or a folder of them
  /// @param text the text
  public record Document(Path path, String text) {}

  private TextFiles() {}

  /// Reads a file, or all files of a folder.
  ///
  /// @param path a file, or a folder of them
  /// @return the texts, one for each file
  /// @throws FormatException if a file can't be read, is no UTF-8, is JSON of another layout or is
  ///   larger than 1 GiB (JSON: 256 MiB), or nothing is there
  public static List<Document> read(Path path) throws FormatException {
    try {
      if (!Files.isDirectory(path)) {
        return documents(path);
      }
      List<Path> files;
      try (Stream<Path> walk = Files.walk(path)) {
        files =
            walk.filter(file -> ENDINGS.stream().anyMatch(file.toString()::endsWith))
                .filter(Files::isRegularFile)
                .sorted()
                .toList();
      }
      if (files.isEmpty()) {
        throw new FormatException("text: " + path + ": holds no .txt, .json or .jsonl file");
      }
      List<Document> documents = new ArrayList<>();
      for (Path file : files) {
        documents.addAll(documents(file));
      }
      return documents;
    } catch (UncheckedIOException e) {
      throw FormatException.unreadable("text", path, e);
    } catch (IOException e) {
      throw FormatException.unreadable("text", path, e);
    }
  }

  /// All texts as one, an empty line between them.
  ///
  /// @param documents texts, in order
  /// @return the text
  public static String joined(List<Document> documents) {
    StringBuilder all = new StringBuilder();
    for (Document document : documents) {
      if (!all.isEmpty()) {
        all.append(all.charAt(all.length() - 1) == '\n' ? "\n" : "\n\n");
      }
      all.append(document.text);
    }
    return all.toString();
  }

  private static List<Document> documents(Path file) throws IOException {
    String name = file.toString();
    List<Document> documents = new ArrayList<>();
    if (name.endsWith(".json")) {
      add(documents, file, Json.read(file), "");
    } else if (name.endsWith(".jsonl")) {
      int line = 0;
      for (String value : text(file).split("\n", -1)) {
        line++;
        if (!value.isBlank()) {
          String where = "line " + line + ": ";
          add(documents, file, Json.parse(value, file + ": line " + line), where);
        }
      }
    } else {
      documents.add(new Document(file, text(file)));
    }
    return documents;
  }

  private static void add(List<Document> documents, Path file, Json json, String where)
      throws FormatException {
    try {
      for (String text : JsonTexts.of(json)) {
        documents.add(new Document(file, text));
      }
    } catch (FormatException e) {
      throw new FormatException("text: " + file + ": " + where + e.getMessage(), e);
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
