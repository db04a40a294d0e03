package jacquard.nn.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What BLEU counts: for one segment, or added up for many.
///
/// @param matches for each order from 1: n-grams of the hypothesis that a reference has, each as
///   often as the reference where it is most frequent has it
/// @param totals for each order: n-grams of the hypothesis
/// @param length words of the hypothesis
/// @param referenceLength words of the reference that is closest to that, of two the shorter
record NgramMatches(long[] matches, long[] totals, long length, long referenceLength) {
  static NgramMatches of(List<String> hypothesis, List<List<String>> references, int orders) {
    long[] matches = new long[orders];
    long[] totals = new long[orders];
    for (int n = 1; n <= orders; n++) {
      Map<List<String>, Integer> most = new HashMap<>();
      for (List<String> reference : references) {
        count(reference, n).forEach((ngram, count) -> most.merge(ngram, count, Math::max));
      }
      for (Map.Entry<List<String>, Integer> ngram : count(hypothesis, n).entrySet()) {
        totals[n - 1] += ngram.getValue();
        matches[n - 1] += Math.min(ngram.getValue(), most.getOrDefault(ngram.getKey(), 0));
      }
    }
    int length = hypothesis.size();
    int closest = -1;
    for (List<String> reference : references) {
      int size = reference.size();
      int distance = Math.abs(size - length) - Math.abs(closest - length);
      if (closest < 0 || distance < 0 || (distance == 0 && size < closest)) {
        closest = size;
      }
    }
    return new NgramMatches(matches, totals, length, Math.max(0, closest));
  }

  /// How often each n-gram occurs in `words`.
  private static Map<List<String>, Integer> count(List<String> words, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + n <= words.size(); i++) {
      counts.merge(words.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  NgramMatches plus(NgramMatches other) {
    long[] moreMatches = matches.clone();
    long[] moreTotals = totals.clone();
    for (int n = 0; n < moreMatches.length; n++) {
      moreMatches[n] += other.matches[n];
      moreTotals[n] += other.totals[n];
    }
    return new NgramMatches(
        moreMatches, moreTotals, length + other.length, referenceLength + other.referenceLength);
  }

  /// With at least one n-gram of each order, as NLTK counts.
  NgramMatches atLeastOne() {
    long[] atLeast = totals.clone();
    for (int n = 0; n < atLeast.length; n++) {
      atLeast[n] = Math.max(1, atLeast[n]);
    }
    return new NgramMatches(matches, atLeast, length, referenceLength);
  }

  /// 1 for a hypothesis at least as long as the references, else less.
  double brevityPenalty() {
    return length >= referenceLength
        ? 1
        : length == 0 ? 0 : StrictMath.exp(1 - (double) referenceLength / length);
  }
}
