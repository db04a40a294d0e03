package jacquard.examples.data;

import jacquard.nn.data.SplitMix;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/// Simple names of the classes of the running JDK, from its `jrt:` file system: a text to learn
/// letter by letter, on every machine that can run this program.
///
/// Top-level and member classes, public or not, of all modules. Left out: what isn't an upper-case
/// ASCII letter followed by letters and digits (`package-info`, anonymous and local classes,
/// resource bundles such as `FormatData_de_CH`), and names under 3 or over 40 characters. On JDK 25
/// that leaves about 18,600 names and 310,000 characters; a smaller run-time image has fewer.
public final class JdkNames {
  private static final int SHORTEST = 3;
  private static final int LONGEST = 40;
  private static final String SUFFIX = ".class";

  /// Names to learn from and names to measure on; no name is in both.
  ///
  /// Both are shuffled: neighbours in a sorted list share their beginnings, which would make a text
  /// window predict the next one.
  ///
  /// @param train to learn from
  /// @param validation to measure on
  public record Split(List<String> train, List<String> validation) {
    /// Copies the lists.
    public Split {
      train = List.copyOf(train);
      validation = List.copyOf(validation);
    }
  }

  private JdkNames() {}

  /// {@return all names, each once, in the order of their characters}
  ///
  /// @throws IOException if the run-time image can't be read
  public static List<String> load() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    Path modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
    Files.walkFileTree(
        modules,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = simpleName(file.getFileName().toString());
            if (accepted(name)) {
              names.add(name);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    if (names.isEmpty()) {
      throw new IOException("names: no classes found under " + modules + " of the running JDK");
    }
    return List.copyOf(names);
  }

  /// Shuffles `names` and cuts them in two.
  ///
  /// @param names all names
  /// @param validation the part to measure on, between 0 and 1; both parts get at least one name
  /// @param seed of the order
  /// @return the two parts
  /// @throws IllegalArgumentException if the part is outside 0 to 1 or there are fewer than two
  ///   names
  public static Split split(List<String> names, double validation, long seed) {
    if (!(validation > 0 && validation < 1)) {
      throw new IllegalArgumentException(
          "names: validation part is " + validation + ", expected between 0 and 1");
    }
    if (names.size() < 2) {
      throw new IllegalArgumentException(
          "names: cannot split " + names.size() + " names, expected at least 2");
    }
    int cut = Math.clamp(Math.round(names.size() * validation), 1, names.size() - 1);
    List<String> all =
        Arrays.stream(SplitMix.of(seed).permutation(names.size())).mapToObj(names::get).toList();
    return new Split(all.subList(cut, all.size()), all.subList(0, cut));
  }

  /// One name a line; the text begins and ends with a line feed, so that "after a line feed" is
  /// where every name starts, the first one too.
  ///
  /// @param names one for each line
  /// @return the text
  public static String text(List<String> names) {
    return names.isEmpty() ? "\n" : "\n" + String.join("\n", names) + "\n";
  }

  /// `Entry` for `Map$Entry.class`; empty for what isn't a class file.
  static String simpleName(String file) {
    return file.endsWith(SUFFIX)
        ? file.substring(file.lastIndexOf('$') + 1, file.length() - SUFFIX.length())
        : "";
  }

  static boolean accepted(String name) {
    if (name.length() < SHORTEST || name.length() > LONGEST || !upper(name.charAt(0))) {
      return false;
    }
    for (int i = 1; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!upper(c) && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
        return false;
      }
    }
    return true;
  }

  private static boolean upper(char c) {
    return c >= 'A' && c <= 'Z';
  }
}
