package jacquard.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void replacesTheFileAndLeavesNothingElse() throws Exception {
    Path path = folder.resolve("config.json");
    AtomicFile.write("config", path, "one");
    AtomicFile.write("config", path, "zwölf");
    assertEquals("zwölf", Files.readString(path));
    assertEquals(List.of("config.json"), names());
  }

  @Test
  void aReasonIsToldWithThePathOnce() {
    FileSystemException cause =
        new FileSystemException("some/file", null, "Operation not permitted");
    assertEquals(
        "model: some/file: Operation not permitted",
        FormatException.unreadable("model", Path.of("some/file"), cause).getMessage());
  }

  @Test
  void failureKeepsTheOldFile() throws Exception {
    Path path = folder.resolve("model");
    AtomicFile.write("model", path, "good");
    FormatException e =
        assertThrows(
            FormatException.class,
            () ->
                AtomicFile.write(
                    "model",
                    path,
                    channel -> {
                      channel.write(ByteBuffer.wrap(new byte[100]));
                      throw new IOException("No space left on device");
                    }));
    assertEquals(
        "model: " + path + ": No space left on device; nothing was changed", e.getMessage());
    assertEquals("good", Files.readString(path));
    assertEquals(List.of("model"), names());
  }

  @Test
  void uncheckedFailureKeepsTheOldFileToo() throws Exception {
    Path path = folder.resolve("model");
    AtomicFile.write("model", path, "good");
    assertThrows(
        ArithmeticException.class,
        () ->
            AtomicFile.write(
                "model",
                path,
                channel -> {
                  throw new ArithmeticException();
                }));
    assertEquals("good", Files.readString(path));
    assertEquals(List.of("model"), names());
  }

  @Test
  void anotherFolderOrNoneIsNamed() {
    Path path = folder.resolve("missing").resolve("model");
    FormatException e =
        assertThrows(FormatException.class, () -> AtomicFile.write("model", path, "x"));
    String missing = "model: " + path + ": no such folder: " + path.getParent();
    assertEquals(missing, e.getMessage());
    e = assertThrows(FormatException.class, () -> AtomicFile.requireWritable("model", path));
    assertEquals(missing, e.getMessage());
    e = assertThrows(FormatException.class, () -> AtomicFile.write("model", folder, "x"));
    assertEquals("model: " + folder + ": is a folder, expected a file", e.getMessage());
  }

  @Test
  void whatCantBeWrittenIsToldBeforehandUnderItsOwnName() throws Exception {
    Path path = folder.resolve("model");
    AtomicFile.write("model", path, "good");
    AtomicFile.requireWritable("model", path);
    AtomicFile.requireWritable("model", folder.resolve("other"));
    assertEquals("good", Files.readString(path));
    assertEquals(List.of("model"), names());
    FormatException e =
        assertThrows(
            FormatException.class, () -> AtomicFile.requireWritable("page", path.resolve("page")));
    assertEquals("page: " + path.resolve("page") + ": not a folder: " + path, e.getMessage());
    e = assertThrows(FormatException.class, () -> AtomicFile.requireWritable("page", folder));
    assertEquals("page: " + folder + ": is a folder, expected a file", e.getMessage());
  }

  /// In the kernel's own folder nobody may make files.
  @Test
  void theTemporaryFileIsNobodysBusiness() {
    Path path = Path.of("/proc/self/model");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.isDirectory(path.getParent()));
    for (Executable writing :
        List.<Executable>of(
            () -> AtomicFile.write("model", path, "x"),
            () -> AtomicFile.requireWritable("model", path))) {
      FormatException e = assertThrows(FormatException.class, writing);
      assertTrue(e.getMessage().startsWith("model: " + path + ": "), e.getMessage());
      assertFalse(e.getMessage().contains(".tmp"), e.getMessage());
    }
  }

  /// `/dev/full` refuses every write: a real full disk.
  @Test
  void fullDiskIsAClearErrorAndKeepsTheFile() throws Exception {
    Path full = Path.of("/dev/full");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full));
    Path path = folder.resolve("model");
    AtomicFile.write("model", path, "good");
    FormatException e =
        assertThrows(
            FormatException.class,
            () ->
                AtomicFile.write(
                    "model",
                    path,
                    channel -> {
                      try (var other =
                          java.nio.channels.FileChannel.open(
                              full, java.nio.file.StandardOpenOption.WRITE)) {
                        other.write(ByteBuffer.wrap(new byte[1]));
                      }
                    }));
    assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
    assertEquals("good", Files.readString(path));
  }
}
