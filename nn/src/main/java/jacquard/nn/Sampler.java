package jacquard.nn;

import jacquard.nn.data.SplitMix;

/// Chooses a token from logits, on the host: the same numbers give the same choice on every
/// machine.
///
/// First tokens that the text has are made less likely, then the logits are divided by the
/// temperature, then those that top-k, top-p or min-p leaves out are dropped, and one of the rest
/// is drawn by its probability. Where several are equal to the last that may stay, all of them
/// stay.
///
/// @param temperature divides the logits; 0 always takes the largest
/// @param topK how many of the largest may be chosen; 0 for all
/// @param topP the largest may be chosen that together have at least this part of the probability;
///   1 for all
/// @param minP those may be chosen that have at least this part of the largest one's probability; 0
///   for all
/// @param repetitionPenalty divides logits above 0 of tokens that the text has, and multiplies
///   those below; 1 leaves them alone
/// @see <a href="https://arxiv.org/abs/1904.09751">Holtzman et al.: top-p, or nucleus sampling</a>
/// @see <a href="https://arxiv.org/abs/2407.01082">Nguyen et al.: min-p sampling</a>
/// @see <a href="https://arxiv.org/abs/1909.05858">Keskar et al.: CTRL, of the penalty</a>
public record Sampler(
    double temperature, int topK, double topP, double minP, double repetitionPenalty) {

  /// Refuses settings outside their ranges.
  ///
  /// @throws IllegalArgumentException if an argument is outside its range
  public Sampler {
    if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY) || topK < 0) {
      throw new IllegalArgumentException(
          "sampler: temperature "
              + temperature
              + " and top-k "
              + topK
              + ", expected 0 or more and finite");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "sampler: top-p " + topP + ", expected above 0 and at most 1");
    }
    if (!(minP >= 0 && minP <= 1)) {
      throw new IllegalArgumentException("sampler: min-p " + minP + ", expected 0 to 1");
    }
    if (!(repetitionPenalty > 0 && repetitionPenalty < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "sampler: repetition penalty " + repetitionPenalty + ", expected above 0 and finite");
    }
  }

  /// From all tokens, or the `topK` likeliest.
  ///
  /// @param temperature what logits are divided by; 0 takes the largest
  /// @param topK among how many of the likeliest to draw; 0 for all
  public Sampler(double temperature, int topK) {
    this(temperature, topK, 1, 0, 1);
  }

  /// Always the largest; the first of equal ones.
  ///
  /// @return the sampler
  public static Sampler greedy() {
    return new Sampler(0, 0);
  }

  /// {@return this, from the likeliest tokens only that together have a probability of `part`}
  ///
  /// @param part 0 to 1; 1 for all
  public Sampler withTopP(double part) {
    return new Sampler(temperature, topK, part, minP, repetitionPenalty);
  }

  /// {@return this, from tokens only that are at least `part` times as likely as the likeliest}
  ///
  /// @param part 0 to 1; 0 for all
  public Sampler withMinP(double part) {
    return new Sampler(temperature, topK, topP, part, repetitionPenalty);
  }

  /// {@return this, with logits of tokens that occurred made smaller by the factor `penalty`}
  ///
  /// @param penalty 1 or more
  public Sampler withRepetitionPenalty(double penalty) {
    return new Sampler(temperature, topK, topP, minP, penalty);
  }

  /// {@return the index of the chosen logit, as the first of a text}
  ///
  /// @param logits scores of all tokens; not changed
  /// @param random source of random numbers
  /// @throws IllegalArgumentException if there are no logits, or one is NaN or +infinity: the model
  ///   has diverged
  public int choose(float[] logits, SplitMix random) {
    return choose(logits, new int[0], random);
  }

  /// {@return the index of the chosen logit}
  ///
  /// @param logits scores of all tokens; not changed
  /// @param before tokens of the text, its prompt included
  /// @param random source of random numbers
  /// @throws IllegalArgumentException if there are no logits, or one is NaN or +infinity: the model
  ///   has diverged
  public int choose(float[] logits, int[] before, SplitMix random) {
    return choose(logits, before, before.length, random);
  }

  /// The same for a text that has room to grow, which is not copied.
  ///
  /// @param logits scores of all tokens; not changed
  /// @param text begins with the tokens of the text, its prompt included
  /// @param length how many there are
  /// @param random source of random numbers
  /// @return the index of the chosen logit
  /// @throws IllegalArgumentException if there are no logits, or one is NaN or +infinity: the model
  ///   has diverged
  public int choose(float[] logits, int[] text, int length, SplitMix random) {
    float[] fair = repetitionPenalty == 1 || length == 0 ? logits : penalised(logits, text, length);
    int best = largest(fair);
    if (temperature == 0) {
      return best;
    }
    double least = topK == 0 || topK >= fair.length ? Float.NEGATIVE_INFINITY : kth(fair);
    double[] weights = new double[fair.length];
    double total = 0;
    for (int i = 0; i < weights.length; i++) {
      if (fair[i] >= least) {
        weights[i] = StrictMath.exp(((double) fair[i] - fair[best]) / temperature);
        total += weights[i];
      }
    }
    if (topP < 1 || minP > 0) {
      total = drop(weights, Math.max(minP, nucleus(weights, total)));
    }
    double left = random.nextDouble() * total;
    int last = best;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        last = i;
        left -= weights[i];
        if (left < 0) {
          return i;
        }
      }
    }
    return last; // rounding left a rest
  }

  private float[] penalised(float[] logits, int[] text, int length) {
    float[] result = logits.clone();
    for (int i = 0; i < length; i++) {
      double logit = logits[text[i]];
      result[text[i]] = (float) (logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty);
    }
    return result;
  }

  private static int largest(float[] logits) {
    int best = 0;
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i]) || logits[i] == Float.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            "sampler: logit "
                + i
                + " is "
                + logits[i]
                + ", expected finite; the model has diverged");
      }
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    if (logits.length == 0) {
      throw new IllegalArgumentException("sampler: no logits, expected at least one");
    }
    return best;
  }

  private double kth(float[] logits) {
    double[] wide = new double[logits.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = logits[i];
    }
    LargestFirst sorted = new LargestFirst(wide);
    for (int i = 1; i < topK; i++) {
      sorted.take();
    }
    return sorted.take();
  }

  /// The smallest weight that top-p lets stay; 0 for all.
  private double nucleus(double[] weights, double total) {
    if (topP == 1) {
      return 0;
    }
    LargestFirst sorted = new LargestFirst(weights.clone());
    double sum = 0;
    while (sorted.hasMore()) {
      double weight = sorted.take();
      sum += weight;
      if (sum >= topP * total) {
        return weight;
      }
    }
    return 0;
  }

  /// Drops weights below `least`; the largest is 1.
  ///
  /// @return the sum of the others
  private static double drop(double[] weights, double least) {
    double total = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = weights[i] < least ? 0 : weights[i];
      total += weights[i];
    }
    return total;
  }
}
