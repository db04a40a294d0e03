package jacquard.nn.metrics;

import java.util.List;

/// BLEU as NLTK counts it, 0 to 1, over words that are given; with the smoothings of Chen and
/// Cherry. It differs from [Bleu] where an order has no n-grams: NLTK counts one of them in each
/// segment.
///
/// @see <a href="https://aclanthology.org/W14-3346">A systematic comparison of smoothing techniques
///   for sentence-level BLEU</a>
public final class NltkBleu {
  /// What counts for an order without a match. The paper's sixth, which is undefined for many
  /// segments, is not here.
  public enum Smoothing {
    /// The smallest normal double: a score of almost 0.
    METHOD0,
    /// A tenth of a match.
    METHOD1,
    /// A match and an n-gram more from order 2 on.
    METHOD2,
    /// Half a match, then a quarter, and so on.
    METHOD3,
    /// As the third, smaller for short hypotheses.
    METHOD4,
    /// Every order is the mean of itself, the one before and the one after.
    METHOD5,
    /// The fourth, then the fifth.
    METHOD7
  }

  private static final double EPSILON = 0.1;
  private static final double K = 5;

  private NltkBleu() {}

  /// {@return the score of one segment, orders 1 to 4}
  ///
  /// @param hypothesis the words of the segment
  /// @param references one or more
  /// @param smoothing what stands for orders without a match
  public static double sentence(
      List<String> hypothesis, List<List<String>> references, Smoothing smoothing) {
    NgramMatches counts = NgramMatches.of(hypothesis, references, 5).atLeastOne();
    return score(counts, 4, smoothing);
  }

  /// {@return the score of all segments together, unsmoothed}
  ///
  /// @param hypotheses segments, cut into words
  /// @param references of each segment, one or more
  /// @param orders longest n-gram, all of equal weight
  /// @throws IllegalArgumentException if the lists differ in length or are empty
  public static double corpus(
      List<List<String>> hypotheses, List<List<List<String>>> references, int orders) {
    if (hypotheses.size() != references.size() || hypotheses.isEmpty()) {
      throw new IllegalArgumentException(
          "bleu: %d hypotheses and references for %d, expected one or more and as many"
              .formatted(hypotheses.size(), references.size()));
    }
    NgramMatches all = null;
    for (int i = 0; i < hypotheses.size(); i++) {
      NgramMatches segment =
          NgramMatches.of(hypotheses.get(i), references.get(i), orders + 1).atLeastOne();
      all = all == null ? segment : all.plus(segment);
    }
    return score(java.util.Objects.requireNonNull(all), orders, Smoothing.METHOD0);
  }

  /// @param counts of one order more than are scored
  private static double score(NgramMatches counts, int orders, Smoothing smoothing) {
    if (counts.matches()[0] == 0) {
      return 0;
    }
    double[] precisions = new double[orders + 1];
    for (int n = 0; n <= orders; n++) {
      precisions[n] = (double) counts.matches()[n] / counts.totals()[n];
    }
    double[] smoothed = smoothed(precisions, counts, smoothing);
    double logs = 0;
    for (int n = 0; n < orders; n++) {
      logs += smoothed[n] > 0 ? StrictMath.log(smoothed[n]) / orders : 0;
    }
    return counts.brevityPenalty() * StrictMath.exp(logs);
  }

  private static double[] smoothed(double[] precisions, NgramMatches counts, Smoothing smoothing) {
    return switch (smoothing) {
      case METHOD0 -> filled(precisions, counts, (n, nth) -> Double.MIN_NORMAL);
      case METHOD1 -> filled(precisions, counts, (n, nth) -> EPSILON / counts.totals()[n]);
      case METHOD2 -> {
        double[] more = precisions.clone();
        for (int n = 1; n < more.length; n++) {
          more[n] = (counts.matches()[n] + 1.0) / (counts.totals()[n] + 1.0);
        }
        yield more;
      }
      case METHOD3 ->
          filled(precisions, counts, (n, nth) -> 1 / (Math.scalb(1.0, nth) * counts.totals()[n]));
      case METHOD4 ->
          filled(
              precisions,
              counts,
              (n, nth) ->
                  counts.length() > 1
                      ? StrictMath.log((double) counts.length())
                          / (Math.scalb(1.0, nth) * K * counts.totals()[n])
                      : 0);
      case METHOD5 -> averaged(precisions);
      case METHOD7 -> {
        double[] fourth = smoothed(precisions, counts, Smoothing.METHOD4);
        // The order beyond the last is not smoothed.
        fourth[fourth.length - 1] = precisions[fourth.length - 1];
        yield averaged(fourth);
      }
    };
  }

  /// A value for an order without a match, the `nth` of them.
  private interface Filling {
    double of(int order, int nth);
  }

  private static double[] filled(double[] precisions, NgramMatches counts, Filling filling) {
    double[] filled = precisions.clone();
    int nth = 0;
    for (int n = 0; n < filled.length; n++) {
      if (counts.matches()[n] == 0) {
        filled[n] = filling.of(n, ++nth);
      }
    }
    return filled;
  }

  private static double[] averaged(double[] precisions) {
    double[] averaged = precisions.clone();
    double before = precisions[0] + 1;
    for (int n = 0; n + 1 < averaged.length; n++) {
      averaged[n] = (before + precisions[n] + precisions[n + 1]) / 3;
      before = averaged[n];
    }
    return averaged;
  }
}
