package jacquard.nn.metrics;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How varied texts are: the part of their n-grams that differ, 0 to 1.
///
/// It falls with the length of the texts, so compare texts of equal lengths.
///
/// @see <a href="https://arxiv.org/abs/1510.03055">Li et al.: A diversity-promoting objective
///   function for neural conversation models</a>
public final class DistinctN {
  private DistinctN() {}

  /// The part of all n-grams that are different.
  ///
  /// @param texts words or other tokens; n-grams don't reach from one text into the next
  /// @param n words of an n-gram, 1 or more
  /// @return NaN if no text has an n-gram
  public static double of(List<List<String>> texts, int n) {
    if (n < 1) {
      throw new IllegalArgumentException("distinct-n: n is " + n + ", expected 1 or more");
    }
    Set<List<String>> different = new HashSet<>();
    long count = 0;
    for (List<String> text : texts) {
      for (int from = 0; from + n <= text.size(); from++) {
        different.add(List.copyOf(text.subList(from, from + n)));
        count++;
      }
    }
    return count == 0 ? Double.NaN : (double) different.size() / count;
  }
}
