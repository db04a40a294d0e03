package jacquard.nn.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Collects the tokens of an [Encoding].
final class EncodingBuilder {
  private record Entry(int id, String token, int begin, int end, int typeId, int attention) {}

  private final List<Entry> entries = new ArrayList<>();
  // Code points before a unit of the text, counted as far as was asked.
  private final int[] codePoints;

  EncodingBuilder(String text) {
    this.codePoints = new int[text.length() + 1];
    for (int i = 0; i < text.length(); i++) {
      boolean second =
          i > 0
              && Character.isLowSurrogate(text.charAt(i))
              && Character.isHighSurrogate(text.charAt(i - 1));
      codePoints[i + 1] = codePoints[i] + (second ? 0 : 1);
    }
  }

  /// A token for units `begin` to `end` of `word`.
  void add(int id, @Nullable String token, Aligned word, int begin, int end) {
    int from = begin < end ? word.from(begin) : 0;
    int to = begin < end ? word.to(end - 1) : from;
    entries.add(new Entry(id, token == null ? "" : token, codePoints[from], codePoints[to], 0, 1));
  }

  Encoding build(PostProcessor around, Padding padding) {
    List<Entry> own = entries;
    if (padding.most() >= 0) {
      int most = Math.max(0, padding.most() - around.before().size() - around.behind().size());
      if (own.size() > most) {
        own = padding.cutLeft() ? own.subList(own.size() - most, own.size()) : own.subList(0, most);
      }
    }
    List<Entry> all = new ArrayList<>();
    around.before().forEach(token -> all.add(added(token)));
    for (int i = 0; i < own.size(); i++) {
      Entry entry = around.trimmed() ? trimmed(own.get(i), i == 0, around) : own.get(i);
      all.add(new Entry(entry.id, entry.token, entry.begin, entry.end, around.typeId(), 1));
    }
    around.behind().forEach(token -> all.add(added(token)));
    Entry fill = new Entry(padding.id(), padding.token(), 0, 0, padding.typeId(), 0);
    for (int missing = padding.missing(all.size()); missing > 0; missing--) {
      all.add(padding.left() ? 0 : all.size(), fill);
    }
    return new Encoding(
        all.stream().map(Entry::id).toList(),
        all.stream().map(Entry::token).toList(),
        all.stream().map(Entry::begin).toList(),
        all.stream().map(Entry::end).toList(),
        all.stream().map(Entry::typeId).toList(),
        all.stream().map(Entry::attention).toList());
  }

  private static Entry added(PostProcessor.Special token) {
    return new Entry(token.id(), token.token(), 0, 0, token.typeId(), 1);
  }

  /// Without the spaces at the token's ends.
  private static Entry trimmed(Entry entry, boolean first, PostProcessor around) {
    String token = entry.token;
    int front = 0;
    while (front < token.length() && isSpace(token.charAt(front))) {
      front++;
    }
    int back = 0;
    while (back < token.length() && isSpace(token.charAt(token.length() - 1 - back))) {
      back++;
    }
    if (front > 0 && (first || entry.begin == 0) && around.prefixSpace()) {
      front--;
    }
    int begin = Math.min(entry.begin + front, entry.end);
    int end = back > 0 && entry.end >= back ? Math.max(entry.end - back, begin) : entry.end;
    return new Entry(entry.id, token, begin, end, entry.typeId, entry.attention);
  }

  private static boolean isSpace(char c) {
    return c == ByteAlphabet.character(' ') || Components.isSpace(c);
  }
}
