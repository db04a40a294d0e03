package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Reads what the parts of a `tokenizer.json` have in common.
final class Components {
  private Components() {}

  /// A field's value, or `otherwise` if it is absent or null.
  static boolean flag(Json json, String name, boolean otherwise) throws FormatException {
    Json value = present(json, name);
    return value == null ? otherwise : value.asBoolean();
  }

  static @Nullable String text(Json json, String name) throws FormatException {
    Json value = present(json, name);
    return value == null ? null : value.asText();
  }

  /// A field, or null if it is absent or null.
  static @Nullable Json present(Json json, String name) throws FormatException {
    Json value = json.optional(name);
    return value instanceof Json.Null ? null : value;
  }

  static FormatException unsupported(String part, String type, String supported) {
    return new FormatException(
        "tokenizer: %s '%s' is not supported, expected %s".formatted(part, type, supported));
  }

  /// `{"String": ...}`, which is taken literally, or `{"Regex": ...}`.
  static Pattern pattern(Json json) throws FormatException {
    Json literal = json.optional("String");
    return literal != null
        ? Pattern.compile(Pattern.quote(literal.asText()))
        : regex(json.field("Regex").asText());
  }

  /// An expression in Oniguruma's syntax, as tokenizer files have it. Its classes are Unicode's,
  /// and it may name a script without `Is`.
  static Pattern regex(String expression) throws FormatException {
    if (expression.contains("[:")) {
      throw new FormatException(
          "tokenizer: expression " + expression + ": classes in [: :] are not supported");
    }
    try {
      return Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS);
    } catch (PatternSyntaxException e) {
      try {
        String scripts =
            expression.replaceAll("\\\\([pP])\\{(\\^?)(?!Is)(\\w{3,})\\}", "\\\\$1{$2Is$3}");
        return Pattern.compile(scripts, Pattern.UNICODE_CHARACTER_CLASS);
      } catch (PatternSyntaxException again) {
        throw new FormatException(
            "tokenizer: expression " + expression + ": " + e.getDescription(), e);
      }
    }
  }

  /// Unicode's White_Space.
  static boolean isSpace(int codePoint) {
    return (codePoint >= 9 && codePoint <= 13)
        || codePoint == 0x85
        || Character.isSpaceChar(codePoint);
  }
}
