package jacquard.nn.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// BLEU as sacrebleu counts it, 0 to 100: the geometric mean of the shares of n-grams that the
/// references have, times a penalty for being short.
///
///     double score = Bleu.STANDARD.corpus(hypotheses, references).score();
///
/// `references.get(i)` are those of segment `i`, one or more.
///
/// @param tokens how segments are cut into words
/// @param lowercase segments are taken in lower case
/// @param smoothing what counts for an order without a match
/// @param orders longest n-gram
/// @param effectiveOrder orders that the hypothesis is too short for are left out; for sentences
/// @see <a href="https://aclanthology.org/P02-1040">BLEU: a method for automatic evaluation of
///     machine translation</a>
public record Bleu(
    BleuTokens tokens, boolean lowercase, Smoothing smoothing, int orders, boolean effectiveOrder) {
  /// sacrebleu's defaults: 13a, mixed case, exponential smoothing, four orders.
  public static final Bleu STANDARD =
      new Bleu(BleuTokens.V13A, false, new Smoothing.Exponential(), 4, false);

  /// What counts for an order without a match.
  ///
  /// @see <a href="https://aclanthology.org/W14-3346">A systematic comparison of smoothing
  ///   techniques for sentence-level BLEU</a>
  public sealed interface Smoothing {
    /// Nothing: the score is 0.
    record None() implements Smoothing {}

    /// `value` matches; 0.1 is usual.
    ///
    /// @param value what no match counts as
    record Floor(double value) implements Smoothing {}

    /// `k` matches and n-grams more from order 2 on; 1 is usual.
    ///
    /// @param k what is added to matches and n-grams
    record AddK(double k) implements Smoothing {}

    /// Half a match for the first such order, a quarter for the next, and so on.
    record Exponential() implements Smoothing {}
  }

  /// What was counted.
  ///
  /// @param score 0 to 100
  /// @param precisions of each order, in percent
  /// @param brevityPenalty factor below 1 for too short a text
  /// @param length words of the hypotheses
  /// @param referenceLength words of the closest references
  public record Score(
      double score,
      List<Double> precisions,
      double brevityPenalty,
      long length,
      long referenceLength) {}

  /// Refuses orders below 1.
  public Bleu {
    if (orders < 1) {
      throw new IllegalArgumentException("bleu: orders is " + orders + ", expected 1 or more");
    }
  }

  /// {@return this with words cut in another way}
  ///
  /// @param other how a text is cut into words
  public Bleu withTokens(BleuTokens other) {
    return new Bleu(other, lowercase, smoothing, orders, effectiveOrder);
  }

  /// {@return this with something else in place of orders without a match}
  ///
  /// @param other what stands for orders without a match
  public Bleu withSmoothing(Smoothing other) {
    return new Bleu(tokens, lowercase, other, orders, effectiveOrder);
  }

  /// {@return this, with all letters made small before or not}
  ///
  /// @param lower whether to
  public Bleu withLowercase(boolean lower) {
    return new Bleu(tokens, lower, smoothing, orders, effectiveOrder);
  }

  /// {@return this, with orders left out or not for which a segment is too short}
  ///
  /// @param effective whether to leave such orders out
  public Bleu withEffectiveOrder(boolean effective) {
    return new Bleu(tokens, lowercase, smoothing, orders, effective);
  }

  /// {@return the score of all segments together; not the mean of theirs}
  ///
  /// @param hypotheses segments to judge
  /// @param references for each segment, one or more good ones
  /// @throws IllegalArgumentException if the lists differ in length, or a segment has no reference
  public Score corpus(List<String> hypotheses, List<List<String>> references) {
    if (hypotheses.size() != references.size() || hypotheses.isEmpty()) {
      throw new IllegalArgumentException(
          "bleu: %d hypotheses and references for %d, expected one or more and as many"
              .formatted(hypotheses.size(), references.size()));
    }
    NgramMatches all = null;
    for (int i = 0; i < hypotheses.size(); i++) {
      if (references.get(i).isEmpty()) {
        throw new IllegalArgumentException("bleu: segment " + i + " has no reference");
      }
      NgramMatches segment = matches(hypotheses.get(i), references.get(i));
      all = all == null ? segment : all.plus(segment);
    }
    return score(java.util.Objects.requireNonNull(all));
  }

  /// {@return the score of one segment; [#effectiveOrder] is advisable}
  ///
  /// @param hypothesis segment to judge
  /// @param references for each segment, one or more good ones
  public Score sentence(String hypothesis, List<String> references) {
    return corpus(List.of(hypothesis), List.of(references));
  }

  private NgramMatches matches(String hypothesis, List<String> references) {
    return NgramMatches.of(
        words(hypothesis), references.stream().map(this::words).toList(), orders);
  }

  private List<String> words(String segment) {
    return tokens.of(lowercase ? segment.toLowerCase(Locale.ROOT) : segment);
  }

  private Score score(NgramMatches all) {
    double penalty = all.brevityPenalty();
    double[] precisions = new double[orders];
    int used = orders;
    boolean any = false;
    for (long matches : all.matches()) {
      any |= matches > 0;
    }
    double halving = 1;
    for (int n = 0; any && n < orders; n++) {
      double added = n > 0 && smoothing instanceof Smoothing.AddK(double k) ? k : 0;
      double matches = all.matches()[n] + added;
      double total = all.totals()[n] + added;
      if (total == 0) {
        break;
      }
      used = effectiveOrder ? n + 1 : orders;
      if (matches == 0) {
        halving /= 2;
        matches =
            switch (smoothing) {
              case Smoothing.None _, Smoothing.AddK _ -> 0;
              case Smoothing.Floor(double value) -> value;
              case Smoothing.Exponential() -> halving;
            };
      }
      precisions[n] = 100 * matches / total;
    }
    double logs = 0;
    List<Double> percent = new ArrayList<>();
    for (int n = 0; n < orders; n++) {
      logs += n < used ? StrictMath.log(precisions[n]) : 0;
      percent.add(precisions[n]);
    }
    double score = any ? penalty * StrictMath.exp(logs / used) : 0;
    return new Score(score, percent, penalty, all.length(), all.referenceLength());
  }
}
