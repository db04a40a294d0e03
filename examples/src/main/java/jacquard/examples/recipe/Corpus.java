package jacquard.examples.recipe;

import jacquard.examples.data.JdkNames;
import jacquard.nn.io.FormatException;
import jacquard.nn.text.TextFiles;
import jacquard.nn.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Text to learn from, token by token, and text to measure on: nine parts to one.
///
/// @param source what it is, for people
/// @param tokenizer expresses both
/// @param names null for running text; else the names that the text lists
record Corpus(String source, Tokenizer tokenizer, Text text, JdkNames.@Nullable Split names) {
  private static final double VALIDATION = 0.1;

  /// Which part of the names is held out doesn't change from run to run, so that their losses
  /// compare.
  private static final long SPLIT = 1;

  /// @param train tokens to learn from
  /// @param validation tokens to measure on
  record Text(int[] train, int[] validation) {}

  /// @param data what [TextFiles#read] reads; null for the class names of the running
  ///   JDK
  /// @throws IOException if it can't be read
  static Corpus of(@Nullable Path data, TokenizerChoice choice) throws IOException {
    return data == null ? jdkNames(choice) : files(data, choice);
  }

  private static Corpus jdkNames(TokenizerChoice choice) throws IOException {
    JdkNames.Split names = split();
    return of(
        "class names of JDK " + Runtime.version().feature(),
        choice,
        JdkNames.text(names.train()),
        JdkNames.text(names.validation()),
        names);
  }

  private static Corpus of(
      String source,
      TokenizerChoice choice,
      String train,
      String validation,
      JdkNames.@Nullable Split names) {
    Tokenizer tokenizer = choice.make(List.of(train), List.of(validation));
    Text text = new Text(tokenizer.encode(train), tokenizer.encode(validation));
    return new Corpus(source, tokenizer, text, names);
  }

  /// The names that a run on class names learns from, and those that it measures on.
  static JdkNames.Split split() throws IOException {
    return JdkNames.split(JdkNames.load(), VALIDATION, SPLIT);
  }

  private static Corpus files(Path data, TokenizerChoice choice) throws FormatException {
    String all =
        TextFiles.joined(TextFiles.read(data));
    int characters = all.codePointCount(0, all.length());
    int cut = all.offsetByCodePoints(0, (int) (characters * (1 - VALIDATION)));
    return of(data.toString(), choice, all.substring(0, cut), all.substring(cut), null);
  }

  /// Says of names whether they are new.
  record Known(Set<String> learnt, Set<String> heldOut) {
    static Known of(JdkNames.Split names) {
      return new Known(Set.copyOf(names.train()), Set.copyOf(names.validation()));
    }

    /// ` ` for a name that training showed, `*` for a new one, `+` for a new one that the JDK has
    /// too.
    String mark(String name) {
      return learnt.contains(name) ? " " : heldOut.contains(name) ? "+" : "*";
    }
  }
}
