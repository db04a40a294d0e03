package jacquard.nn.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// How BLEU cuts a segment into words. Scores of different ways can't be compared.
///
/// @see <a href="https://aclanthology.org/W18-6319">A call for clarity in reporting BLEU scores</a>
public enum BleuTokens {
  /// At spaces only.
  NONE,
  /// As `mteval-v13a` does, for European languages: signs are words, a point or comma within a
  /// number is not.
  V13A,
  /// As `mteval-v14` does with its international option: all of Unicode's punctuation and symbols
  /// are words.
  INTL,
  /// Every ideograph is a word, the rest as in [#V13A].
  ZH,
  /// Every character that is no space is a word.
  CHAR;

  // Unicode's, and the separators of ASCII.
  private static final Pattern SPACES =
      Pattern.compile("[\\s\\x1C-\\x1F]+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern SIGN = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
  private static final Pattern POINT_BEHIND = Pattern.compile("([^0-9])([.,])");
  private static final Pattern POINT_BEFORE = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DASH = Pattern.compile("([0-9])(-)");
  private static final Pattern PUNCTUATION_BEHIND = Pattern.compile("(\\P{N})(\\p{P})");
  private static final Pattern PUNCTUATION_BEFORE = Pattern.compile("(\\p{P})(\\P{N})");
  private static final Pattern SYMBOL = Pattern.compile("(\\p{S})");

  // First and last of each range. The fourth and fifth stand where the script that everybody's
  // numbers come from meant ideographs beyond the basic plane, but wrote these.
  private static final int[][] IDEOGRAPHS = {
    {0x3400, 0x4DB5}, {0x4E00, 0x9FBB}, {0xF900, 0xFA2D}, {0x2001, 0x2A6D}, {0x2F81, 0x2FA1},
    {0xFA30, 0xFA6A}, {0xFA70, 0xFAD9}, {0xFF00, 0xFFEF}, {0x2E80, 0x2EFF}, {0x3000, 0x303F},
    {0x31C0, 0x31EF}, {0x2F00, 0x2FDF}, {0x2FF0, 0x2FFF}, {0x3100, 0x312F}, {0x31A0, 0x31BF},
    {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F}, {0x2600, 0x26FF}, {0x2700, 0x27BF}, {0x3200, 0x32FF},
    {0x3300, 0x33FF}
  };

  /// {@return the words of `segment`}
  ///
  /// @param segment computed again when the gradient needs its inner values
  public List<String> of(String segment) {
    return switch (this) {
      case NONE -> words(segment);
      case V13A -> words(western(" " + unescaped(segment.stripTrailing()) + " "));
      case INTL -> words(international(segment.stripTrailing()));
      case ZH -> words(western(spacedIdeographs(segment.strip())));
      case CHAR -> {
        List<String> characters = new ArrayList<>();
        words(segment)
            .forEach(word -> word.codePoints().forEach(c -> characters.add(Character.toString(c))));
        yield characters;
      }
    };
  }

  private static List<String> words(String text) {
    return Arrays.stream(SPACES.split(text)).filter(word -> !word.isEmpty()).toList();
  }

  private static String unescaped(String text) {
    return text.replace("<skipped>", "")
        .replace("-\n", "")
        .replace("\n", " ")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
  }

  private static String western(String text) {
    String signs = SIGN.matcher(text).replaceAll(" $1 ");
    String behind = POINT_BEHIND.matcher(signs).replaceAll("$1 $2 ");
    String before = POINT_BEFORE.matcher(behind).replaceAll(" $1 $2");
    return DASH.matcher(before).replaceAll("$1 $2 ");
  }

  private static String international(String text) {
    String behind = PUNCTUATION_BEHIND.matcher(text).replaceAll("$1 $2 ");
    String before = PUNCTUATION_BEFORE.matcher(behind).replaceAll(" $1 $2");
    return SYMBOL.matcher(before).replaceAll(" $1 ");
  }

  private static String spacedIdeographs(String text) {
    StringBuilder spaced = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          boolean ideograph =
              Arrays.stream(IDEOGRAPHS).anyMatch(range -> c >= range[0] && c <= range[1]);
          spaced.append(ideograph ? " " + Character.toString(c) + " " : Character.toString(c));
        });
    return spaced.toString();
  }
}
