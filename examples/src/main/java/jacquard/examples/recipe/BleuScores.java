package jacquard.examples.recipe;

import jacquard.nn.metrics.Bleu;
import java.util.ArrayList;
import java.util.List;

/// BLEU of texts together and of each alone.
///
/// @param corpus of all together
/// @param sentences of each, 0 to 100, without the orders that it is too short for
record BleuScores(Bleu.Score corpus, List<Double> sentences) {
  static BleuScores of(Bleu bleu, List<String> hypotheses, List<List<String>> references) {
    Bleu.Score corpus = bleu.corpus(hypotheses, references);
    Bleu alone = bleu.withEffectiveOrder(true);
    List<Double> sentences = new ArrayList<>();
    for (int i = 0; i < hypotheses.size(); i++) {
      sentences.add(alone.sentence(hypotheses.get(i), references.get(i)).score());
    }
    return new BleuScores(corpus, sentences);
  }

  /// The rows of a table.
  ///
  /// @param what the texts are and what they are compared with
  List<Evaluation.Row> rows(String what) {
    double mean = sentences.stream().mapToDouble(score -> score).average().orElse(Double.NaN);
    return List.of(
        Evaluation.Row.of("bleu", corpus.score(), what),
        Evaluation.Row.of("sentence_bleu", mean, "each of them alone, their mean"));
  }
}
