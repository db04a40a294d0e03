package jacquard.nn.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Replaces files so that a crash, a full disk or a kill leaves the old content or the new one,
/// never a part: temporary file beside the target, flushed to the disk, renamed over it, folder
/// flushed.
public final class AtomicFile {
  // Not from 0: a process that was killed may have had this process' number, and left files behind.
  private static final AtomicLong COUNTER = new AtomicLong(System.currentTimeMillis());

  /// Writes a file's content.
  @FunctionalInterface
  public interface Content {
    /// Writes what the file is to hold.
    ///
    /// @param channel where to write
    /// @throws IOException if that fails
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  private AtomicFile() {}

  /// Writes a file beside `path`, and gives it that name when it is whole.
  ///
  /// @param what the writer's name, for the error text
  /// @param path the file
  /// @param content writes what the file is to hold
  /// @throws FormatException if the file can't be written; what `path` held before is intact then
  public static void write(String what, Path path, Content content) throws FormatException {
    Path target = path.toAbsolutePath();
    Path folder = folder(what, path);
    Path temporary = temporary(folder, target);
    boolean done = false;
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      move(temporary, target);
      done = true;
      flushFolder(folder);
    } catch (IOException e) {
      throw new FormatException(
          FormatException.unwritable(what, path, temporary, e).getMessage()
              + "; nothing was changed",
          e);
    } finally {
      if (!done) {
        deleteQuietly(temporary);
      }
    }
  }

  /// Checks that a file could be written, before the work is done whose result it is to hold. What
  /// it holds stays as it is.
  ///
  /// @param what the writer's name, for the error text
  /// @param path the file
  /// @throws FormatException if it is a folder, or its folder is not there or can't be written to
  public static void requireWritable(String what, Path path) throws FormatException {
    Path temporary = temporary(folder(what, path), path.toAbsolutePath());
    try {
      Files.createFile(temporary);
    } catch (IOException e) {
      throw FormatException.unwritable(what, path, temporary, e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /// The folder in which a file can be.
  private static Path folder(String what, Path path) throws FormatException {
    Path target = path.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || Files.isDirectory(target)) {
      throw new FormatException(what + ": " + path + ": is a folder, expected a file");
    }
    if (!Files.isDirectory(folder)) {
      throw new FormatException(
          what
              + ": "
              + path
              + (Files.exists(folder) ? ": not a folder: " : ": no such folder: ")
              + path.getParent());
    }
    return folder;
  }

  private static Path temporary(Path folder, Path target) {
    return folder.resolve(
        "."
            + target.getFileName()
            + "."
            + ProcessHandle.current().pid()
            + "-"
            + COUNTER.incrementAndGet()
            + ".tmp");
  }

  /// Writes a text as UTF-8; otherwise as [#write(String, Path, Content)].
  ///
  /// @param what the writer's name, for the error text
  /// @param path the file
  /// @param text what the file is to hold
  /// @throws FormatException if the file can't be written
  public static void write(String what, Path path, String text) throws FormatException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    write(what, path, channel -> writeFully(channel, bytes));
  }

  private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.(\\d{1,18})-\\d+\\.tmp");

  /// {@return whether a file has the name of one that [#write] writes and renames when it is whole}
  ///
  /// @param file a file
  public static boolean isTemporary(Path file) {
    Path name = file.getFileName();
    return name != null && TEMPORARY.matcher(name.toString()).matches();
  }

  /// Deletes the temporary files that writers left in `folder` when they were killed; those of
  /// other processes that still run on this machine stay. Only while no other thread of this
  /// process writes to the folder.
  ///
  /// @param folder the folder
  /// @throws FormatException if the folder can't be read, or a file not deleted
  public static void sweep(Path folder) throws FormatException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ".*.tmp")) {
      for (Path file : files) {
        Matcher name = TEMPORARY.matcher(file.getFileName().toString());
        if (name.matches() && !runsElsewhere(Long.parseLong(name.group(1)))) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw FormatException.unreadable("sweep", folder, e);
    }
  }

  // This process' own number on a file is that of one before it: its own writers are done.
  private static boolean runsElsewhere(long process) {
    return process != ProcessHandle.current().pid()
        && ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
  }

  static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  // The rename itself is durable only when the folder is flushed. Windows can't open folders, and
  // some network file systems can't flush them: the content is safe there, the rename may be late.
  private static void flushFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      return;
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }
}
