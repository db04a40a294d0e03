package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// SentencePiece's normalisation table: what to write for a sequence of bytes. A double array trie
/// leads to offsets into a list of texts that end with a zero.
///
/// @see <a href="https://github.com/s-yata/darts-clone">Darts-clone, the trie's layout</a>
final class CharsMap {
  /// A character with the marks that belong to it.
  static final Pattern CLUSTER = Pattern.compile("\\X");

  /// Longer clusters are replaced character by character only, as SentencePiece's reader in the
  /// library of `tokenizer.json` does.
  private static final int MOST_BYTES = 5;

  private final int[] units;
  private final byte[] texts;

  private CharsMap(int[] units, byte[] texts) {
    this.units = units;
    this.texts = texts;
  }

  /// @param base64 byte length of the trie as u32, its units as u32, then the texts
  static CharsMap read(String base64) throws FormatException {
    byte[] all;
    try {
      all = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new FormatException("tokenizer: precompiled_charsmap is no base64", e);
    }
    ByteBuffer bytes = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
    long size = all.length < 8 ? -1 : Integer.toUnsignedLong(bytes.getInt());
    if (size < 4 || size % 4 != 0 || size > all.length - 4) {
      throw new FormatException(
          "tokenizer: precompiled_charsmap: a trie of %d bytes in %d, expected some and a whole number of 4"
              .formatted(size, all.length));
    }
    int[] units = new int[(int) size / 4];
    bytes.asIntBuffer().get(units);
    return new CharsMap(units, java.util.Arrays.copyOfRange(all, 4 + (int) size, all.length));
  }

  Aligned apply(Aligned text) {
    Aligned.Builder after = new Aligned.Builder(text.text.length());
    Matcher cluster = CLUSTER.matcher(text.text);
    while (cluster.find()) {
      byte[] bytes = cluster.group().getBytes(StandardCharsets.UTF_8);
      String whole = bytes.length <= MOST_BYTES ? find(bytes) : null;
      if (whole != null) {
        after.append(whole, text.from(cluster.start()), text.to(cluster.end() - 1));
        continue;
      }
      for (int at = cluster.start(); at < cluster.end(); ) {
        int next = at + Character.charCount(text.text.codePointAt(at));
        String other = find(text.text.substring(at, next).getBytes(StandardCharsets.UTF_8));
        if (other == null) {
          after.append(text, at, next);
        } else {
          after.append(other, text.from(at), text.to(next - 1));
        }
        at = next;
      }
    }
    return after.build();
  }

  /// What stands in place of the shortest beginning of `key` that is in the table, or null.
  private @Nullable String find(byte[] key) {
    int node = offset(units[0]);
    for (byte b : key) {
      node ^= b & 255;
      if (b == 0 || node < 0 || node >= units.length || (units[node] & 0x800000FF) != (b & 255)) {
        return null;
      }
      int unit = units[node];
      node ^= offset(unit);
      if ((unit >>> 8 & 1) == 1 && node >= 0 && node < units.length) {
        return textAt(units[node] & 0x7FFFFFFF);
      }
    }
    return null;
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }

  private @Nullable String textAt(int begin) {
    if (begin >= texts.length) {
      return null;
    }
    int end = begin;
    while (end < texts.length && texts[end] != 0) {
      end++;
    }
    return new String(texts, begin, end - begin, StandardCharsets.UTF_8);
  }
}
