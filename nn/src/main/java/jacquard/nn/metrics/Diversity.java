package jacquard.nn.metrics;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How little texts repeat themselves and each other.
///
/// @see <a href="https://aclanthology.org/N16-1014">A diversity-promoting objective function for
///   neural conversation models</a>
public final class Diversity {
  private Diversity() {}

  /// Distinct-n: different n-grams in all texts, divided by n-grams. 1 if none comes twice, 0 if
  /// the texts are too short for any.
  ///
  /// @param texts words, tokens or characters of each text; no n-gram spans two texts
  /// @throws IllegalArgumentException if `n` is below 1
  public static <T> double distinct(List<List<T>> texts, int n) {
    if (n < 1) {
      throw new IllegalArgumentException("distinct: n is " + n + ", expected 1 or more");
    }
    Set<List<T>> different = new HashSet<>();
    long all = 0;
    for (List<T> text : texts) {
      different.addAll(NgramMatches.count(text, n).keySet());
      all += Math.max(0, text.size() - n + 1);
    }
    return all == 0 ? 0 : (double) different.size() / all;
  }
}
