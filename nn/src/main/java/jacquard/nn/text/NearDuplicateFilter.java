package jacquard.nn.text;

import jacquard.nn.data.SplitMix;
import jacquard.nn.text.TextFiles.Document;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/* The least value that a random hash function has on a set is the same for two sets with a probability equal
to their similarity. 128 such functions are taken in 32 bands of 4: documents are compared if they agree
in a whole band, which for a similarity s happens with probability 1 - (1 - s^4)^32: 0.87 for 0.5,
0.9999999 for 0.8. What is compared is compared exactly, so nothing is dropped by chance; what is missed
by chance is kept. */

/// Drops documents that are similar to one that was kept before.
///
/// @see <a href="https://doi.org/10.1109/SEQUEN.1997.666900">On the resemblance and containment of
///   documents</a>
final class NearDuplicateFilter implements TextStep.Filter {
  private static final int BANDS = 32;
  private static final int ROWS = 4;

  private final double similarity;
  private final long[] factors = new long[BANDS * ROWS];
  private final long[] terms = new long[BANDS * ROWS];
  private final List<Shingles> kept = new ArrayList<>();
  private final Map<Long, List<Integer>> buckets = new HashMap<>();

  NearDuplicateFilter(double similarity, long seed) {
    this.similarity = similarity;
    SplitMix random = SplitMix.of(seed, BANDS, ROWS);
    for (int i = 0; i < factors.length; i++) {
      factors[i] = random.nextLong() | 1;
      terms[i] = random.nextLong();
    }
  }

  @Override
  public TextStep.Outcome of(Document document) {
    Shingles shingles = Shingles.of(document.text());
    long[] bands = bands(shingles);
    TreeSet<Integer> candidates = new TreeSet<>();
    for (long band : bands) {
      candidates.addAll(buckets.getOrDefault(band, List.of()));
    }
    for (int candidate : candidates) {
      double found = kept.get(candidate).similarity(shingles);
      if (found >= similarity) {
        return TextStep.Outcome.drop(
            "%.3f like the kept document %d".formatted(found, candidate + 1));
      }
    }
    for (long band : bands) {
      buckets.computeIfAbsent(band, _ -> new ArrayList<>()).add(kept.size());
    }
    kept.add(shingles);
    return TextStep.Outcome.keep(document);
  }

  private long[] bands(Shingles shingles) {
    long[] bands = new long[BANDS];
    for (int band = 0; band < BANDS; band++) {
      long key = band;
      for (int row = band * ROWS; row < (band + 1) * ROWS; row++) {
        long least = Long.MAX_VALUE;
        for (long hash : shingles.hashes()) {
          // The high bits of a multiplication are the random ones.
          least = Math.min(least, (hash * factors[row] + terms[row]) >>> 16);
        }
        key = new SplitMix(key ^ least).nextLong();
      }
      bands[band] = key;
    }
    return bands;
  }
}
