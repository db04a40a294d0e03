package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/// One token per Unicode code point; ids count the code points of the training text in ascending
/// order.
public final class CharTokenizer implements Tokenizer {
  static final String TYPE = "char";

  private static final int DENSE = 1 << 16;

  private final int[] codePoints;
  // Ids of the code points of the basic plane, -1 where there is none: char by char, no search.
  private final short[] dense;

  private CharTokenizer(int[] codePoints) {
    this.codePoints = codePoints;
    int last = codePoints.length == 0 ? -1 : codePoints[codePoints.length - 1];
    this.dense = new short[Math.min(last + 1, DENSE)];
    Arrays.fill(dense, (short) -1);
    for (int id = 0; id < codePoints.length && codePoints[id] < DENSE; id++) {
      dense[codePoints[id]] = (short) id;
    }
  }

  /// {@return the vocabulary of all that occurs in `texts`}
  ///
  /// @param texts what to learn from
  /// @throws TokenizerException if a text holds half a surrogate pair
  public static CharTokenizer of(Iterable<String> texts) {
    BitSet seen = new BitSet();
    for (String text : texts) {
      for (int at = 0; at < text.length(); ) {
        int codePoint = text.codePointAt(at);
        if (Character.getType(codePoint) == Character.SURROGATE) {
          throw new TokenizerException(
              "char tokenizer: half a surrogate pair, U+%04X, at offset %d; repair the text"
                  .formatted(codePoint, at));
        }
        seen.set(codePoint);
        at += Character.charCount(codePoint);
      }
    }
    return new CharTokenizer(seen.stream().toArray());
  }

  /// {@return the vocabulary of `text`}
  ///
  /// @param text the text
  public static CharTokenizer of(String text) {
    return of(java.util.List.of(text));
  }

  static CharTokenizer read(Json json) throws FormatException {
    String characters = json.field("characters").asText();
    int[] codePoints = characters.codePoints().toArray();
    for (int i = 0; i < codePoints.length; i++) {
      if ((i > 0 && codePoints[i] <= codePoints[i - 1])
          || Character.getType(codePoints[i]) == Character.SURROGATE) {
        throw new FormatException(
            "tokenizer: field 'characters' has U+%04X at index %d, expected ascending characters"
                .formatted(codePoints[i], i));
      }
    }
    return new CharTokenizer(codePoints);
  }

  @Override
  public int vocabularySize() {
    return codePoints.length;
  }

  /// {@return the vocabulary as one string, in the order of the ids}
  public String characters() {
    return new String(codePoints, 0, codePoints.length);
  }

  /// @throws TokenizerException if a character isn't in the vocabulary; names it and its offset
  @Override
  public int[] encode(String text) {
    int[] ids = new int[text.length()];
    int count = 0;
    for (int at = 0; at < text.length(); ) {
      int codePoint = text.codePointAt(at);
      int id = id(codePoint);
      if (id < 0) {
        throw new TokenizerException(
            "encode: unknown character %s at offset %d, expected one of the %d in the training text; remove it or train with it"
                .formatted(name(codePoint), at, codePoints.length));
      }
      ids[count++] = id;
      at += Character.charCount(codePoint);
    }
    return Arrays.copyOf(ids, count);
  }

  private int id(int codePoint) {
    if (codePoint < dense.length) {
      // 63,488 code points of the plane are characters: more than a signed short counts.
      short id = dense[codePoint];
      return id == -1 ? -1 : id & 0xFFFF;
    }
    return codePoint < DENSE ? -1 : Arrays.binarySearch(codePoints, codePoint);
  }

  private static String name(int codePoint) {
    boolean visible =
        switch (Character.getType(codePoint)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.UNASSIGNED,
              Character.PRIVATE_USE ->
              false;
          default -> true;
        };
    String hex = "U+%04X".formatted(codePoint);
    return visible ? "'" + Character.toString(codePoint) + "' (" + hex + ")" : hex;
  }

  @Override
  public String decode(int[] ids) {
    StringBuilder text = new StringBuilder(ids.length);
    for (int i = 0; i < ids.length; i++) {
      text.appendCodePoint(codePoints[Tokenizer.checked(ids, i, codePoints.length)]);
    }
    return text.toString();
  }

  @Override
  public TextStream stream() {
    return new TextStream() {
      private int count;

      @Override
      public String next(int id) {
        return Character.toString(codePoints[Tokenizer.checked(id, count++, codePoints.length)]);
      }

      @Override
      public String finish() {
        count = 0;
        return "";
      }
    };
  }

  @Override
  public Json toJson() {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("type", Json.of(TYPE));
    fields.put("characters", Json.of(characters()));
    return Json.of(fields);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CharTokenizer that && Arrays.equals(codePoints, that.codePoints);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(codePoints);
  }

  @Override
  public String toString() {
    return "char tokenizer of " + codePoints.length;
  }
}
