package jacquard.examples.recipe;

import jacquard.nn.Loss;
import jacquard.nn.Reduction;
import jacquard.nn.data.Batch;
import jacquard.nn.data.BatchSource;
import jacquard.nn.data.SplitMix;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.tensor.Tensor;
import java.util.List;
import java.util.Map;

/// Makes gaps in windows of text, for a model to fill: BERT's rule.
///
/// Of the tokens, one in `1 / part` is chosen. What stands there is the mask for 8 of 10, another
/// token for one, and the token itself for one, so that the model can't trust what it sees. The
/// target is the token where one was chosen and [#NONE] elsewhere.
///
/// @param part of the tokens that are chosen
/// @param mask the token that stands for a gap: the one after the text's own
/// @see <a href="https://arxiv.org/abs/1810.04805">Devlin et al.: BERT</a>
record Gaps(double part, int mask, long seed) {
  /// BERT's part of the tokens.
  static final String PART = "0.15";

  /// No target.
  static final int NONE = -1;

  /// Keeps the draws apart from those of the windows, which have the same seed and steps.
  private static final long DRAWS = 0x67617073; // "gaps"

  /// @throws IllegalArgumentException unless `part` is above 0 and below 1
  Gaps {
    if (!(part > 0 && part < 1)) {
      throw new IllegalArgumentException("--mask is " + part + ", expected above 0 and below 1");
    }
  }

  /// The gaps that a run of `train mlm` is measured by.
  ///
  /// @param mask as in the constructor
  static Gaps recorded(Json config, int mask) throws FormatException {
    Map<String, List<String>> options = RecordedOptions.of(config.field("options")).values();
    String part = options.getOrDefault("--mask", List.of(PART)).getFirst();
    return new Gaps(Double.parseDouble(part), mask, config.field("seed").asLong());
  }

  /// Cross-entropy of what stood in the gaps, in nats.
  ///
  /// @param logits `[B, T, vocabulary]`
  /// @param targets i32 `[B, T]`, [#NONE] where there is no gap
  static Tensor loss(Tensor logits, Tensor targets, Reduction reduction) {
    return Loss.crossEntropy(logits, targets, reduction, NONE, 0);
  }

  /// Batches with gaps in `x`, and targets in `y`.
  BatchSource in(BatchSource windows) {
    return step -> in(windows.batch(step));
  }

  /// The same for one batch, which nobody has read yet.
  Batch in(Batch batch) {
    SplitMix random = SplitMix.of(seed, batch.step(), DRAWS);
    int[] x = batch.ints("x");
    int[] y = batch.ints("y");
    for (int i = 0; i < x.length; i++) {
      boolean chosen = random.nextDouble() < part;
      double how = random.nextDouble();
      int other = random.nextInt(mask);
      y[i] = chosen ? x[i] : NONE;
      x[i] = !chosen || how < 0.1 ? x[i] : how < 0.2 ? other : mask;
    }
    // a batch without any target would have no mean loss
    if (java.util.Arrays.stream(y).allMatch(target -> target == NONE)) {
      y[0] = x[0];
      x[0] = mask;
    }
    return batch;
  }
}
