package jacquard.examples.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The files that pages consist of, out of this build.
public final class PageFiles {
  /// The theme of every page.
  public static final String LOOK = "look.css";

  /// What the scripts of every page stand on.
  public static final String KIT = "kit.js";

  private PageFiles() {}

  /// A file that all pages share, such as [#LOOK].
  ///
  /// @param name of the file
  /// @return its text
  public static String shared(String name) {
    return text(PageFiles.class, name);
  }

  /// A file that lies beside a class.
  ///
  /// @param beside a class in whose package the file lies
  /// @param name of the file
  /// @return its text
  public static String text(Class<?> beside, String name) {
    return new String(bytes(beside, name), StandardCharsets.UTF_8);
  }

  /// A file that lies beside a class.
  ///
  /// @param beside a class in whose package the file lies
  /// @param name of the file
  /// @return its contents
  /// @throws IllegalStateException if this build has none
  public static byte[] bytes(Class<?> beside, String name) {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("page: " + name + " is missing from this build");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
