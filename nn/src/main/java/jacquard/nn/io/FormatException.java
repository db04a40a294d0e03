package jacquard.nn.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file can't be read or written, or doesn't hold what it should. The message is one line:
/// `reader: file: what is wrong: values, expected`.
public final class FormatException extends IOException {
  private static final long serialVersionUID = 1;

  /// An error without another below it.
  ///
  /// @param message what is wrong, with the values, what was expected and what to do
  public FormatException(String message) {
    super(oneLine(message));
  }

  /// An error that another one led to.
  ///
  /// @param message what is wrong, with the values, what was expected and what to do
  /// @param cause what was thrown below
  public FormatException(String message, @Nullable Throwable cause) {
    super(oneLine(message), cause);
  }

  /// {@return the operating system's refusal in words: the JDK's own messages are often only the
  /// path}
  ///
  /// @param what reader or writer, for the error text
  /// @param path the file
  /// @param cause what was thrown below
  public static FormatException unreadable(String what, Path path, IOException cause) {
    return cause instanceof FormatException same
        ? same
        : new FormatException(what + ": " + path + ": " + reason(path, path, cause), cause);
  }

  /// The same for a file that is written beside `path` first, under a name that nobody gave it.
  static FormatException unwritable(String what, Path path, Path written, IOException cause) {
    return cause instanceof FormatException same
        ? same
        : new FormatException(what + ": " + path + ": " + reason(path, written, cause), cause);
  }

  /// The same for what a stream over files threw.
  ///
  /// @param what what error texts call it
  /// @param path the file
  /// @param cause what was thrown below
  /// @return the error, to be thrown
  public static FormatException unreadable(String what, Path path, UncheckedIOException cause) {
    IOException inner = cause.getCause();
    return inner == null
        ? new FormatException(what + ": " + path + ": " + cause.getMessage(), cause)
        : unreadable(what, path, inner);
  }

  private static String reason(Path path, Path written, IOException cause) {
    return switch (cause) {
      case NoSuchFileException e -> "no such file or folder" + other(path, written, e.getFile());
      case AccessDeniedException e -> "permission denied" + other(path, written, e.getFile());
      case NotDirectoryException e -> "not a folder" + other(path, written, e.getFile());
      case FileAlreadyExistsException e -> "exists already" + other(path, written, e.getFile());
      case DirectoryNotEmptyException e ->
          "is a folder, expected a file" + other(path, written, e.getFile());
      case EOFException e -> "ends too early";
      case IOException e when Files.isDirectory(path) -> "is a folder, expected a file";
      case FileSystemException e when e.getReason() != null ->
          e.getReason() + other(path, written, e.getFile());
      case IOException e -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }

  private static String other(Path path, Path written, @Nullable String file) {
    boolean known = file == null || file.equals(path.toString()) || file.equals(written.toString());
    return known ? "" : ": " + file;
  }

  /// `text` with control characters escaped, so that names out of a hostile file can't break the
  /// line or the terminal, and cut to `limit` characters.
  static String printable(String text, int limit) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (out.length() >= limit) {
        return out.append("...").toString();
      }
      char c = text.charAt(i);
      if (Character.isISOControl(c)
          || Character.getType(c) == Character.FORMAT
          || c == '\u2028'
          || c == '\u2029') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String oneLine(String message) {
    return printable(message, 1000);
  }
}
