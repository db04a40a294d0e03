package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The first stage of a `tokenizer.json`: what is done to the text before it is cut.
///
///     Normalization = Unicode form | Lowercase | StripAccents | Bert flags | Replace pattern content
///                   | Prepend text | Strip sides | Precompiled map | Several [Normalization...]
sealed interface Normalization {
  record Unicode(Normalizer.Form form) implements Normalization {}

  record Lowercase() implements Normalization {}

  record StripAccents() implements Normalization {}

  /// BERT's: control characters away, spaces around ideographs, accents away, lower case.
  ///
  /// @see <a href="https://github.com/google-research/bert/blob/master/tokenization.py">BERT's
  ///   BasicTokenizer</a>
  record Bert(boolean clean, boolean chinese, boolean stripAccents, boolean lowercase)
      implements Normalization {
    private Aligned normalize(Aligned text) {
      Aligned result = text;
      if (clean) {
        result = mapped(result, Normalization::printable);
      }
      if (chinese) {
        result = mapped(result, c -> isIdeograph(c) ? " " + Character.toString(c) + " " : null);
      }
      if (stripAccents) {
        result = mapped(normalized(result, Normalizer.Form.NFD), Normalization::withoutMark);
      }
      return lowercase ? mapped(result, Normalization::lower) : result;
    }
  }

  record Replace(Pattern pattern, String content) implements Normalization {}

  record Prepend(String prefix) implements Normalization {}

  record Strip(boolean left, boolean right) implements Normalization {}

  record Precompiled(CharsMap map) implements Normalization {}

  record Several(List<Normalization> all) implements Normalization {}

  /// @throws FormatException if `json` is no known normalizer
  static Normalization read(Json json) throws FormatException {
    String type = json.field("type").asText();
    return switch (type) {
      case "NFC", "NFD", "NFKC", "NFKD" -> new Unicode(Normalizer.Form.valueOf(type));
      case "Lowercase" -> new Lowercase();
      case "StripAccents" -> new StripAccents();
      case "BertNormalizer" -> {
        boolean lowercase = Components.flag(json, "lowercase", true);
        yield new Bert(
            Components.flag(json, "clean_text", true),
            Components.flag(json, "handle_chinese_chars", true),
            Components.flag(json, "strip_accents", lowercase),
            lowercase);
      }
      case "Replace" ->
          new Replace(Components.pattern(json.field("pattern")), json.field("content").asText());
      case "Prepend" -> new Prepend(json.field("prepend").asText());
      case "Strip" ->
          new Strip(
              Components.flag(json, "strip_left", true),
              Components.flag(json, "strip_right", true));
      case "Precompiled" -> {
        String map = Components.text(json, "precompiled_charsmap");
        yield map == null || map.isEmpty()
            ? new Several(List.of())
            : new Precompiled(CharsMap.read(map));
      }
      case "Sequence" -> {
        List<Normalization> all = new ArrayList<>();
        for (Json item : json.field("normalizers").items()) {
          all.add(read(item));
        }
        yield new Several(all);
      }
      default ->
          throw Components.unsupported(
              "normalizer",
              type,
              "NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, BertNormalizer, Replace, Prepend,"
                  + " Strip, Precompiled or Sequence");
    };
  }

  default Aligned apply(Aligned text) {
    return switch (this) {
      case Unicode(Normalizer.Form form) -> normalized(text, form);
      case Lowercase() -> mapped(text, Normalization::lower);
      case StripAccents() -> mapped(text, Normalization::withoutMark);
      case Bert bert -> bert.normalize(text);
      case Replace(Pattern pattern, String content) -> replaced(text, pattern, content);
      case Prepend(String prefix) -> text.isEmpty() ? text : text.prepend(prefix);
      case Strip(boolean left, boolean right) -> stripped(text, left, right);
      case Precompiled(CharsMap map) -> map.apply(text);
      case Several(List<Normalization> all) -> {
        Aligned result = text;
        for (Normalization each : all) {
          result = each.apply(result);
        }
        yield result;
      }
    };
  }

  /// What becomes of a code point.
  interface CodePointMap {
    /// @return the text in its place, null for itself
    @Nullable String of(int codePoint);
  }

  private static Aligned mapped(Aligned text, CodePointMap map) {
    String before = text.text;
    Aligned.Builder after = new Aligned.Builder(before.length());
    for (int at = 0; at < before.length(); ) {
      int codePoint = before.codePointAt(at);
      int next = at + Character.charCount(codePoint);
      String other = map.of(codePoint);
      if (other == null) {
        after.append(text, at, next);
      } else {
        after.append(other, text.from(at), text.to(next - 1));
      }
      at = next;
    }
    return after.build();
  }

  private static @Nullable String lower(int codePoint) {
    // Of a character alone: a sigma at a word's end is like any other, as in the files' library.
    return codePoint < 0x80 && (codePoint < 'A' || codePoint > 'Z')
        ? null
        : Character.toString(codePoint).toLowerCase(Locale.ROOT);
  }

  private static @Nullable String withoutMark(int codePoint) {
    return Character.getType(codePoint) == Character.NON_SPACING_MARK ? "" : null;
  }

  /// A character and the marks that follow it are normalised together and stand for the same part
  /// of the original.
  private static Aligned normalized(Aligned text, Normalizer.Form form) {
    if (Normalizer.isNormalized(text.text, form)) {
      return text;
    }
    Aligned.Builder after = new Aligned.Builder(text.text.length());
    Matcher cluster = CharsMap.CLUSTER.matcher(text.text);
    while (cluster.find()) {
      String part = Normalizer.normalize(cluster.group(), form);
      if (part.contentEquals(cluster.group())) {
        after.append(text, cluster.start(), cluster.end());
      } else {
        after.append(part, text.from(cluster.start()), text.to(cluster.end() - 1));
      }
    }
    return after.build();
  }

  private static Aligned replaced(Aligned text, Pattern pattern, String content) {
    Matcher found = pattern.matcher(text.text);
    if (!found.find()) {
      return text;
    }
    Aligned.Builder after = new Aligned.Builder(text.text.length());
    int done = 0;
    do {
      after.append(text, done, found.start());
      if (found.end() > found.start()) {
        after.append(content, text.from(found.start()), text.to(found.end() - 1));
      }
      done = found.end();
    } while (found.find());
    after.append(text, done, text.text.length());
    return after.build();
  }

  private static Aligned stripped(Aligned text, boolean left, boolean right) {
    int begin = 0;
    int end = text.text.length();
    while (left && begin < end && Components.isSpace(text.text.charAt(begin))) {
      begin++;
    }
    while (right && begin < end && Components.isSpace(text.text.charAt(end - 1))) {
      end--;
    }
    return text.part(begin, end);
  }

  private static @Nullable String printable(int codePoint) {
    if (codePoint == '\t' || codePoint == '\n' || codePoint == '\r') {
      return " ";
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.UNASSIGNED,
          Character.PRIVATE_USE,
          Character.SURROGATE ->
          "";
      default -> codePoint == 0xFFFD ? "" : Components.isSpace(codePoint) ? " " : null;
    };
  }

  private static boolean isIdeograph(int c) {
    return (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0x3400 && c <= 0x4DBF)
        || (c >= 0x20000 && c <= 0x2A6DF)
        || (c >= 0x2A700 && c <= 0x2B73F)
        || (c >= 0x2B740 && c <= 0x2B81F)
        || (c >= 0x2B920 && c <= 0x2CEAF)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x2F800 && c <= 0x2FA1F);
  }
}
