package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Tokens that are found in a text as they stand, before a model sees it: `<|endoftext|>`.
final class AddedTokens {
  /// @param singleWord only where no letter or digit is beside it
  /// @param leftStrip takes the spaces before it
  /// @param rightStrip takes the spaces behind it
  /// @param normalized is searched for in the normalised text, not in the text as it is
  /// @param special marks structure, and is no text
  record Token(
      int id,
      String content,
      boolean singleWord,
      boolean leftStrip,
      boolean rightStrip,
      boolean normalized,
      boolean special) {}

  /// Part of a text: an added token, or what is between them if `token` is null.
  record Part(@Nullable Token token, Aligned text) {}

  private static final Pattern WORD = Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS);

  private final List<Token> all;
  private final Map<Character, List<Token>> plain;
  private final Map<Character, List<Token>> normalized;

  private AddedTokens(List<Token> all, @Nullable Normalization normalization) {
    this.all = List.copyOf(all);
    this.plain = byFirst(all.stream().filter(token -> !token.normalized).toList(), null);
    this.normalized = byFirst(all.stream().filter(Token::normalized).toList(), normalization);
  }

  static AddedTokens read(@Nullable Json json, @Nullable Normalization normalization)
      throws FormatException {
    List<Token> all = new ArrayList<>();
    for (Json each : json == null ? List.<Json>of() : json.items()) {
      boolean special = Components.flag(each, "special", false);
      int id = each.field("id").asInt();
      if (id < 0) {
        throw new FormatException("tokenizer: added token " + each + " has a negative id");
      }
      all.add(
          new Token(
              id,
              each.field("content").asText(),
              Components.flag(each, "single_word", false),
              Components.flag(each, "lstrip", false),
              Components.flag(each, "rstrip", false),
              Components.flag(each, "normalized", !special),
              special));
    }
    return new AddedTokens(all, normalization);
  }

  List<Token> all() {
    return all;
  }

  /// The longest first among those that begin alike.
  private static Map<Character, List<Token>> byFirst(
      List<Token> tokens, @Nullable Normalization normalization) {
    Map<Character, List<Token>> byFirst = new HashMap<>();
    for (Token token : tokens) {
      String content =
          normalization == null
              ? token.content
              : normalization.apply(Aligned.of(token.content)).text;
      if (!content.isEmpty()) {
        Token sought =
            new Token(
                token.id,
                content,
                token.singleWord,
                token.leftStrip,
                token.rightStrip,
                token.normalized,
                token.special);
        byFirst.computeIfAbsent(content.charAt(0), _ -> new ArrayList<>()).add(sought);
      }
    }
    for (List<Token> alike : byFirst.values()) {
      alike.sort(Comparator.comparingInt((Token token) -> -token.content.length()));
    }
    return byFirst;
  }

  /// The text as it is, cut at the added tokens that are sought there.
  List<Part> splitPlain(Aligned text) {
    return split(text, plain);
  }

  /// Normalised text, cut at the others.
  List<Part> splitNormalized(Aligned text) {
    return split(text, normalized);
  }

  private static List<Part> split(Aligned text, Map<Character, List<Token>> byFirst) {
    if (byFirst.isEmpty()) {
      return text.isEmpty() ? List.of() : List.of(new Part(null, text));
    }
    List<Part> parts = new ArrayList<>();
    String all = text.text;
    int done = 0;
    for (int at = 0; at < all.length(); ) {
      Token token = at(all, at, byFirst);
      int end = token == null ? at + 1 : at + token.content.length();
      if (token != null && !(token.singleWord && touchesWord(all, at, end))) {
        int begin = at;
        while (token.leftStrip && begin > done && Components.isSpace(all.charAt(begin - 1))) {
          begin--;
        }
        while (token.rightStrip && end < all.length() && Components.isSpace(all.charAt(end))) {
          end++;
        }
        if (begin > done) {
          parts.add(new Part(null, text.part(done, begin)));
        }
        parts.add(new Part(token, text.part(begin, end)));
        done = end;
      }
      at = end;
    }
    if (done < all.length()) {
      parts.add(new Part(null, text.part(done, all.length())));
    }
    return parts;
  }

  private static @Nullable Token at(String text, int at, Map<Character, List<Token>> byFirst) {
    List<Token> alike = byFirst.get(text.charAt(at));
    if (alike != null) {
      for (Token token : alike) {
        if (text.startsWith(token.content, at)) {
          return token;
        }
      }
    }
    return null;
  }

  private static boolean touchesWord(String text, int begin, int end) {
    return (begin > 0 && isWord(text.codePointBefore(begin)))
        || (end < text.length() && isWord(text.codePointAt(end)));
  }

  private static boolean isWord(int codePoint) {
    return WORD.matcher(Character.toString(codePoint)).matches();
  }
}
