package jacquard.nn.text;

import jacquard.nn.text.TextFiles.Document;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One thing that is done to every document before a model learns from it.
///
///     TextStep = Normalize form | StripControls | StripTrailingSpace | Length least most
///              | ExactDuplicates | NearDuplicates similarity seed
///
/// The first three change a document, the others drop some.
public sealed interface TextStep {
  /// Unicode's normal form: NFC composes characters, NFKC also replaces what only looks different,
  /// as full-width letters.
  ///
  /// @param form NFC, NFD, NFKC or NFKD
  record Normalize(Normalizer.Form form) implements TextStep {}

  /// Without control characters other than tab and line feed, without U+FEFF, and with line feeds
  /// in place of other ends of lines.
  record StripControls() implements TextStep {}

  /// Without spaces at the ends of lines, and without empty lines at the document's ends.
  record StripTrailingSpace() implements TextStep {}

  /// Only documents of so many characters (code points).
  ///
  /// @param least fewest characters
  /// @param most most characters
  record Length(int least, int most) implements TextStep {
    /// Refuses a range that is empty.
    public Length {
      if (least < 0 || most < least) {
        throw new IllegalArgumentException(
            "length: least is " + least + " and most " + most + ", expected 0 <= least <= most");
      }
    }
  }

  /// Only the first of equal documents.
  record ExactDuplicates() implements TextStep {}

  /// Only the first of similar documents: see [Shingles].
  ///
  /// @param similarity above 0 up to 1; 0.8 is usual
  /// @param seed of the hash functions that find candidates
  record NearDuplicates(double similarity, long seed) implements TextStep {
    /// Refuses a similarity outside 0 to 1.
    public NearDuplicates {
      if (!(similarity > 0 && similarity <= 1)) {
        throw new IllegalArgumentException(
            "near duplicates: similarity is " + similarity + ", expected above 0 up to 1");
      }
    }
  }

  /// What becomes of documents that come one after the other.
  interface Filter {
    /// {@return the document as this step leaves it, or why it is dropped}
    ///
    /// @param document the document
    Outcome of(Document document);
  }

  /// What a step makes of a document.
  ///
  /// @param kept the document, changed or not; null if it was dropped
  /// @param why why it was dropped, empty if it was kept
  record Outcome(@Nullable Document kept, String why) {
    static Outcome keep(Document document) {
      return new Outcome(document, "");
    }

    static Outcome drop(String why) {
      return new Outcome(null, why);
    }
  }

  /// {@return a name for reports}
  default String label() {
    return switch (this) {
      case Normalize(Normalizer.Form form) -> "normalize " + form;
      case StripControls() -> "strip controls";
      case StripTrailingSpace() -> "strip trailing space";
      case Length(int least, int most) ->
          most == Integer.MAX_VALUE ? "length from " + least : "length " + least + " to " + most;
      case ExactDuplicates() -> "exact duplicates";
      case NearDuplicates(double similarity, _) -> "near duplicates from " + similarity;
    };
  }

  /// {@return a run of this step over documents, to be given in their order}
  default Filter start() {
    return switch (this) {
      case Normalize(Normalizer.Form form) -> changing(text -> Normalizer.normalize(text, form));
      case StripControls() -> changing(TextStep::withoutControls);
      case StripTrailingSpace() ->
          changing(
              text -> OUTER_LINES.matcher(TRAILING.matcher(text).replaceAll("")).replaceAll(""));
      case Length(int least, int most) -> document -> ofLength(document, least, most);
      case ExactDuplicates() -> exact();
      case NearDuplicates(double similarity, long seed) ->
          new NearDuplicateFilter(similarity, seed);
    };
  }

  /// Spaces at the end of a line.
  Pattern TRAILING = Pattern.compile("[ \\t\\u00A0\\u3000]++(?=\\n|\\z)");

  /// Empty lines at the beginning and the end.
  Pattern OUTER_LINES = Pattern.compile("\\A\\n+|\\n+\\z");

  private static Filter changing(java.util.function.UnaryOperator<String> change) {
    return document -> Outcome.keep(new Document(document.path(), change.apply(document.text())));
  }

  private static String withoutControls(String text) {
    StringBuilder kept = new StringBuilder(text.length());
    String lines = text.replace("\r\n", "\n").replace('\r', '\n').replace('\u0085', '\n');
    lines
        .codePoints()
        .filter(c ->
            c == '\t' || c == '\n' || (c != 0xFEFF && Character.getType(c) != Character.CONTROL))
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }

  private static Outcome ofLength(Document document, int least, int most) {
    int length = document.text().codePointCount(0, document.text().length());
    return length < least
        ? Outcome.drop("%,d characters, expected %,d or more".formatted(length, least))
        : length > most
            ? Outcome.drop("%,d characters, expected %,d at most".formatted(length, most))
            : Outcome.keep(document);
  }

  private static Filter exact() {
    Map<String, Integer> seen = new HashMap<>();
    return document -> {
      Integer first = seen.putIfAbsent(document.text(), seen.size());
      return first == null
          ? Outcome.keep(document)
          : Outcome.drop("equals the kept document " + (first + 1));
    };
  }
}
