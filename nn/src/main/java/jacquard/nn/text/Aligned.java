package jacquard.nn.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Part of a text on its way to tokens, which still knows where it came from. Offsets are in UTF-16
/// units: unit `i` of `text` stands for the units `from(i)` to `to(i)` of the original.
final class Aligned {
  final String text;
  // Of a part that is as it was: unit i stands for base + i. The arrays are null then.
  private final int base;
  private final int @Nullable [] from;
  private final int @Nullable [] to;

  private Aligned(String text, int base, int @Nullable [] from, int @Nullable [] to) {
    this.text = text;
    this.base = base;
    this.from = from;
    this.to = to;
  }

  static Aligned of(String original) {
    return new Aligned(original, 0, null, null);
  }

  int from(int at) {
    return from == null ? base + at : from[at];
  }

  int to(int at) {
    return to == null ? base + at + 1 : to[at];
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  /// Whether this is the beginning of the original.
  boolean isFirst() {
    return isEmpty() || from(0) == 0;
  }

  Aligned part(int begin, int end) {
    String part = text.substring(begin, end);
    return from == null || to == null
        ? new Aligned(part, base + begin, null, null)
        : new Aligned(
            part, 0, Arrays.copyOfRange(from, begin, end), Arrays.copyOfRange(to, begin, end));
  }

  /// This with `prefix` before it, which stands for what the first character does.
  Aligned prepend(String prefix) {
    Builder all = new Builder(text.length() + prefix.length());
    all.append(prefix, isEmpty() ? base : from(0), isEmpty() ? base : to(0));
    all.append(this, 0, text.length());
    return all.build();
  }

  /// Collects a changed text.
  static final class Builder {
    private final StringBuilder text;
    private int[] from;
    private int[] to;

    Builder(int length) {
      text = new StringBuilder(length);
      from = new int[length + 8];
      to = new int[length + 8];
    }

    /// Appends `added`, each unit of which stands for the originals `begin` to `end`.
    void append(String added, int begin, int end) {
      int at = text.length();
      grow(at + added.length());
      Arrays.fill(from, at, at + added.length(), begin);
      Arrays.fill(to, at, at + added.length(), end);
      text.append(added);
    }

    void append(char added, int begin, int end) {
      int at = text.length();
      grow(at + 1);
      from[at] = begin;
      to[at] = end;
      text.append(added);
    }

    /// Appends units `begin` to `end` of `source` as they are.
    void append(Aligned source, int begin, int end) {
      int at = text.length();
      grow(at + end - begin);
      for (int i = begin; i < end; i++) {
        from[at + i - begin] = source.from(i);
        to[at + i - begin] = source.to(i);
      }
      text.append(source.text, begin, end);
    }

    private void grow(int length) {
      if (length > from.length) {
        from = Arrays.copyOf(from, Math.max(length, 2 * from.length));
        to = Arrays.copyOf(to, from.length);
      }
    }

    Aligned build() {
      int length = text.length();
      return new Aligned(
          text.toString(), 0, Arrays.copyOf(from, length), Arrays.copyOf(to, length));
    }
  }
}
