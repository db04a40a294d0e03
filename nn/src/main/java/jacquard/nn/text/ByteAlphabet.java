package jacquard.nn.text;

import java.nio.charset.StandardCharsets;

/// The printable character that byte-level vocabularies write for each byte: itself where it is
/// printable, else one from U+0100 on, in order. A space is written `Ġ`.
///
/// @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">GPT-2's encoder</a>
final class ByteAlphabet {
  private static final char[] CHARACTERS = new char[256];
  private static final short[] BYTES = new short[512];

  static {
    java.util.Arrays.fill(BYTES, (short) -1);
    char next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      CHARACTERS[b] = printable ? (char) b : next++;
      BYTES[CHARACTERS[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  static char character(int b) {
    return CHARACTERS[b & 255];
  }

  /// The bytes that `token` writes, or its own UTF-8 if it holds a character of no byte.
  static byte[] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTES[c];
    }
    return bytes;
  }

  /// The characters of the text's bytes; each stands for the whole character it is a part of. Half
  /// a surrogate pair becomes a question mark.
  static Aligned map(Aligned piece) {
    String text = piece.text;
    Aligned.Builder mapped = new Aligned.Builder(text.length() + 8);
    for (int at = 0; at < text.length(); ) {
      int codePoint = text.codePointAt(at);
      int next = at + Character.charCount(codePoint);
      int from = piece.from(at);
      int to = piece.to(next - 1);
      if (codePoint < 0x80) {
        mapped.append(CHARACTERS[codePoint], from, to);
      } else {
        for (byte b : text.substring(at, next).getBytes(StandardCharsets.UTF_8)) {
          mapped.append(CHARACTERS[b & 255], from, to);
        }
      }
      at = next;
    }
    return mapped.build();
  }
}
