package jacquard.examples.recipe;

import jacquard.examples.data.JdkNames;
import jacquard.nn.io.FormatException;
import jacquard.nn.text.DocumentSplit;
import jacquard.nn.text.TextFiles;
import jacquard.nn.text.TextPreparation;
import jacquard.nn.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Text to learn from, token by token, and text to measure on: nine parts to one.
///
/// All of it is in memory: as documents, joined, cut in two, and as tokens of four bytes, of which
/// there are up to twice as many while a text is encoded. Text of 100 MB by the character is 300 MB
/// of strings (600 if it isn't Latin-1) and 400 to 800 MB of tokens.
///
/// @param source what it is, for people
/// @param tokenizer expresses both
/// @param names null for running text; else the names that the text lists
/// @param notes what was done to the texts, a line for each step
record Corpus(
    String source,
    Tokenizer tokenizer,
    Text text,
    JdkNames.@Nullable Split names,
    List<String> notes) {
  private static final double VALIDATION = 0.1;

  /// So many documents are held out whole; of fewer, the last part of their text is.
  private static final int MANY = 10;

  /// Which part of the names or documents is held out doesn't change from run to run, so that their
  /// losses compare.
  private static final long SPLIT = 1;

  /// @param train tokens to learn from
  /// @param validation tokens to measure on
  record Text(int[] train, int[] validation) {}

  /// @param data what [TextFiles#read] reads; null for the class names of the running JDK
  /// @throws IOException if it can't be read
  static Corpus of(@Nullable Path data, TokenizerChoice choice) throws IOException {
    return of(data, choice, new TextOptions());
  }

  /// @param options what is done to texts first
  /// @throws IllegalArgumentException if there are options but no texts
  static Corpus of(@Nullable Path data, TokenizerChoice choice, TextOptions options)
      throws IOException {
    if (data != null) {
      return files(data, choice, options);
    }
    String given = options.given();
    if (given != null) {
      throw new IllegalArgumentException(given + " is for texts, and there is no --data");
    }
    return jdkNames(choice);
  }

  private static Corpus jdkNames(TokenizerChoice choice) throws IOException {
    JdkNames.Split names = split();
    return of(
        "class names of JDK " + Runtime.version().feature(),
        choice,
        JdkNames.text(names.train()),
        JdkNames.text(names.validation()),
        names,
        List.of());
  }

  private static Corpus of(
      String source,
      TokenizerChoice choice,
      String train,
      String validation,
      JdkNames.@Nullable Split names,
      List<String> notes) {
    Tokenizer tokenizer = choice.make(List.of(train), List.of(validation));
    Text text = new Text(tokenizer.encode(train), tokenizer.encode(validation));
    return new Corpus(source, tokenizer, text, names, notes);
  }

  /// The names that a run on class names learns from, and those that it measures on.
  static JdkNames.Split split() throws IOException {
    return JdkNames.split(JdkNames.load(), VALIDATION, SPLIT);
  }

  private static Corpus files(Path data, TokenizerChoice choice, TextOptions options)
      throws FormatException {
    TextPreparation.Result prepared = options.read(data);
    List<TextFiles.Document> documents = prepared.documents();
    if (documents.size() >= MANY) {
      DocumentSplit split = DocumentSplit.of(documents, VALIDATION, SPLIT);
      return of(
          data.toString(),
          choice,
          TextFiles.joined(split.train()),
          TextFiles.joined(split.validation()),
          null,
          prepared.lines());
    }
    String all = TextFiles.joined(documents);
    int characters = all.codePointCount(0, all.length());
    int cut = all.offsetByCodePoints(0, (int) (characters * (1 - VALIDATION)));
    return of(
        data.toString(), choice, all.substring(0, cut), all.substring(cut), null, prepared.lines());
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
