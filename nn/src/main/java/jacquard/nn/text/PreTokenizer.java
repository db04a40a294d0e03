package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The second stage of a `tokenizer.json`: cuts text into pieces that no token crosses.
///
///     PreTokenizer = Split pattern behavior invert | ByteLevel addPrefixSpace useRegex
///                  | Metaspace replacement scheme split | Several [PreTokenizer...]
///
/// The others, digits and words for example, are splits by a pattern of their own.
sealed interface PreTokenizer {
  /// What becomes of the pieces that match.
  enum Behavior {
    REMOVED,
    ISOLATED,
    MERGED_WITH_PREVIOUS,
    MERGED_WITH_NEXT,
    CONTIGUOUS
  }

  /// Which pieces get a mark before them.
  enum Scheme {
    ALWAYS,
    NEVER,
    FIRST
  }

  /// @param invert what doesn't match counts as a match
  record Split(Pattern pattern, Behavior behavior, boolean invert) implements PreTokenizer {
    List<Aligned> pieces(Aligned piece) {
      List<Aligned> pieces = new ArrayList<>();
      for (Cut cut : cuts(piece.text)) {
        if (cut.begin < cut.end) {
          pieces.add(piece.part(cut.begin, cut.end));
        }
      }
      return pieces;
    }

    private record Cut(int begin, int end, boolean match) {}

    private List<Cut> cuts(String text) {
      List<Cut> cuts = new ArrayList<>();
      try {
        Matcher found = pattern.matcher(text);
        int done = 0;
        while (found.find()) {
          add(cuts, done, found.start(), false);
          add(cuts, found.start(), found.end(), true);
          done = found.end();
        }
        add(cuts, done, text.length(), false);
      } catch (StackOverflowError e) {
        throw new TokenizerException(
            "encode: expression %s recurses too deeply on a text of %d characters; cut the text"
                .formatted(pattern, text.length()));
      }
      return behavior == Behavior.MERGED_WITH_NEXT ? mergedWithNext(cuts) : cuts;
    }

    private void add(List<Cut> cuts, int begin, int end, boolean matches) {
      if (begin == end) {
        return;
      }
      boolean match = matches != invert;
      Cut last = cuts.isEmpty() ? null : cuts.getLast();
      if (last != null && isOne(last, match)) {
        cuts.set(cuts.size() - 1, new Cut(last.begin, end, match));
      } else if (behavior != Behavior.REMOVED || !match) {
        cuts.add(new Cut(begin, end, match));
      }
    }

    /// Whether what follows `last` is one piece with it.
    private boolean isOne(Cut last, boolean match) {
      return switch (behavior) {
        case REMOVED, ISOLATED, MERGED_WITH_NEXT -> false;
        case MERGED_WITH_PREVIOUS -> match && !last.match;
        case CONTIGUOUS -> match == last.match;
      };
    }

    private static List<Cut> mergedWithNext(List<Cut> cuts) {
      List<Cut> merged = new ArrayList<>();
      for (Cut cut : cuts) {
        Cut last = merged.isEmpty() ? null : merged.getLast();
        if (last != null && last.match && !cut.match) {
          merged.set(merged.size() - 1, new Cut(last.begin, cut.end, false));
        } else {
          merged.add(cut);
        }
      }
      return merged;
    }
  }

  record ByteLevel(boolean addPrefixSpace, boolean useRegex) implements PreTokenizer {
    /// GPT-2's: contractions, then words, numbers and other signs with a space before them, then
    /// spaces, of which the last is left to what follows.
    static final Pattern GPT2 =
        Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final Split SPLIT = new Split(GPT2, Behavior.ISOLATED, false);
  }

  record Metaspace(String replacement, Scheme scheme, boolean split) implements PreTokenizer {}

  record Several(List<PreTokenizer> all) implements PreTokenizer {}

  /// @throws FormatException if `json` is no known pre-tokenizer
  static PreTokenizer read(Json json) throws FormatException {
    String type = json.field("type").asText();
    return switch (type) {
      case "Split" ->
          new Split(
              Components.pattern(json.field("pattern")),
              behavior(json.field("behavior").asText()),
              Components.flag(json, "invert", false));
      case "ByteLevel" ->
          new ByteLevel(
              Components.flag(json, "add_prefix_space", true),
              Components.flag(json, "use_regex", true));
      case "Digits" ->
          split(
              Components.flag(json, "individual_digits", false) ? "\\p{N}" : "\\p{N}+",
              Behavior.ISOLATED);
      case "Whitespace" -> new Split(Components.regex("\\w+|[^\\w\\s]+"), Behavior.REMOVED, true);
      case "WhitespaceSplit" -> split("\\s", Behavior.REMOVED);
      case "BertPreTokenizer" ->
          new Several(
              List.of(split("\\s", Behavior.REMOVED), split(PUNCTUATION, Behavior.ISOLATED)));
      case "Punctuation" -> {
        String behavior = Components.text(json, "behavior");
        yield split(PUNCTUATION, behavior == null ? Behavior.ISOLATED : behavior(behavior));
      }
      case "CharDelimiterSplit" ->
          new Split(
              Pattern.compile(Pattern.quote(json.field("delimiter").asText())),
              Behavior.REMOVED,
              false);
      case "Metaspace" -> metaspace(json);
      case "Sequence" -> {
        List<PreTokenizer> all = new ArrayList<>();
        for (Json item : json.field("pretokenizers").items()) {
          all.add(read(item));
        }
        yield new Several(all);
      }
      default ->
          throw Components.unsupported(
              "pre_tokenizer",
              type,
              "Split, ByteLevel, Digits, Whitespace, WhitespaceSplit, BertPreTokenizer,"
                  + " Punctuation, CharDelimiterSplit, Metaspace or Sequence");
    };
  }

  /// Unicode's punctuation, and ASCII's signs that Unicode counts as symbols.
  String PUNCTUATION = "[\\p{P}$+<=>^`|~]";

  private static Split split(String expression, Behavior behavior) throws FormatException {
    return new Split(Components.regex(expression), behavior, false);
  }

  private static Behavior behavior(String name) throws FormatException {
    String constant = name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    for (Behavior behavior : Behavior.values()) {
      if (behavior.name().equals(constant)) {
        return behavior;
      }
    }
    throw Components.unsupported(
        "behavior", name, "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
  }

  private static Metaspace metaspace(Json json) throws FormatException {
    String replacement = Components.text(json, "replacement");
    return new Metaspace(
        replacement == null ? "\u2581" : replacement,
        scheme(json),
        Components.flag(json, "split", true));
  }

  /// Where a Metaspace, as pre-tokenizer or decoder, has its mark: newer files say it in
  /// `prepend_scheme`, older ones in `add_prefix_space`.
  static Scheme scheme(Json json) throws FormatException {
    String name = Components.text(json, "prepend_scheme");
    if (name == null) {
      return Components.flag(json, "add_prefix_space", true) ? Scheme.ALWAYS : Scheme.NEVER;
    }
    return switch (name) {
      case "always" -> Scheme.ALWAYS;
      case "never" -> Scheme.NEVER;
      case "first" -> Scheme.FIRST;
      default -> throw Components.unsupported("prepend_scheme", name, "always, never or first");
    };
  }

  /// The pieces of a piece, none of them empty.
  default List<Aligned> apply(Aligned piece) {
    return switch (this) {
      case Split split -> split.pieces(piece);
      case ByteLevel(boolean addPrefixSpace, boolean useRegex) -> {
        Aligned spaced = addPrefixSpace && !piece.text.startsWith(" ") ? piece.prepend(" ") : piece;
        yield (useRegex ? ByteLevel.SPLIT.pieces(spaced) : List.of(spaced))
            .stream().map(ByteAlphabet::map).toList();
      }
      case Metaspace(String replacement, Scheme scheme, boolean split) -> {
        Aligned marked = mark(piece, replacement, scheme);
        yield split
            ? new Split(
                    Pattern.compile(Pattern.quote(replacement)), Behavior.MERGED_WITH_NEXT, false)
                .pieces(marked)
            : List.of(marked);
      }
      case Several(List<PreTokenizer> all) -> {
        List<Aligned> pieces = List.of(piece);
        for (PreTokenizer each : all) {
          List<Aligned> smaller = new ArrayList<>(pieces.size());
          for (Aligned one : pieces) {
            smaller.addAll(each.apply(one));
          }
          pieces = smaller;
        }
        yield pieces;
      }
    };
  }

  private static Aligned mark(Aligned piece, String replacement, Scheme scheme) {
    Aligned marked =
        new Normalization.Replace(Pattern.compile(" ", Pattern.LITERAL), replacement).apply(piece);
    boolean wanted =
        switch (scheme) {
          case ALWAYS -> true;
          case NEVER -> false;
          case FIRST -> piece.isFirst();
        };
    return wanted && !marked.isEmpty() && !marked.text.startsWith(replacement)
        ? marked.prepend(replacement)
        : marked;
  }
}
