package jacquard.nn.text;

import jacquard.nn.data.SplitMix;
import java.util.Arrays;
import java.util.regex.Pattern;

/// The set of all runs of five characters of a text, in lower case and with runs of space as one.
/// Texts are as similar as their sets: what both have, divided by what either has.
///
/// @param hashes of the runs, ascending, each once
record Shingles(long[] hashes) {
  private static final int LENGTH = 5;
  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  static Shingles of(String text) {
    int[] characters =
        SPACE
            .matcher(text.strip())
            .replaceAll(" ")
            .codePoints()
            .map(Character::toLowerCase)
            .toArray();
    int count = Math.max(1, characters.length - LENGTH + 1);
    long[] hashes = new long[count];
    for (int i = 0; i < count; i++) {
      long hash = 0;
      for (int k = i; k < Math.min(i + LENGTH, characters.length); k++) {
        hash = new SplitMix(hash + characters[k]).nextLong();
      }
      hashes[i] = hash;
    }
    return new Shingles(Arrays.stream(hashes).sorted().distinct().toArray());
  }

  /// The Jaccard index: 0 for nothing in common, 1 for equal sets.
  double similarity(Shingles other) {
    long[] a = hashes;
    long[] b = other.hashes;
    int common = 0;
    for (int i = 0, k = 0; i < a.length && k < b.length; ) {
      int order = Long.compare(a[i], b[k]);
      common += order == 0 ? 1 : 0;
      i += order <= 0 ? 1 : 0;
      k += order >= 0 ? 1 : 0;
    }
    return (double) common / (a.length + b.length - common);
  }
}
