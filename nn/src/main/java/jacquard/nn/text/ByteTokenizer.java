package jacquard.nn.text;

import jacquard.nn.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// One token per byte of the text's UTF-8: 256 ids, knows every text.
public final class ByteTokenizer implements Tokenizer {

  /// All byte tokenizers are equal.
  public ByteTokenizer() {}

  static final String TYPE = "byte";

  @Override
  public int vocabularySize() {
    return 256;
  }

  /// Half a surrogate pair, which UTF-8 can't express, becomes a question mark.
  @Override
  public int[] encode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = bytes[i] & 255;
    }
    return ids;
  }

  /// Bytes that aren't UTF-8 become U+FFFD.
  @Override
  public String decode(int[] ids) {
    byte[] bytes = new byte[ids.length];
    for (int i = 0; i < ids.length; i++) {
      bytes[i] = (byte) Tokenizer.checked(ids, i, 256);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public TextStream stream() {
    return new TextStream() {
      private final Utf8Stream text = new Utf8Stream();
      private int count;

      @Override
      public String next(int id) {
        return text.next((byte) Tokenizer.checked(id, count++, 256));
      }

      @Override
      public String finish() {
        count = 0;
        return text.finish();
      }
    };
  }

  @Override
  public Json toJson() {
    return Json.of(Map.of("type", Json.of(TYPE)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteTokenizer;
  }

  @Override
  public int hashCode() {
    return 256;
  }

  @Override
  public String toString() {
    return "byte tokenizer";
  }
}
