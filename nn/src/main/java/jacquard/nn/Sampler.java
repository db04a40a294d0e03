package jacquard.nn;

import jacquard.nn.data.SplitMix;
import java.util.Arrays;

/// Chooses a token from logits, on the host: the same numbers give the same choice on every
/// machine.
///
/// @param temperature divides the logits; 0 always takes the largest
/// @param topK how many of the largest may be chosen; 0 for all. Those equal to the K-th count in.
public record Sampler(double temperature, int topK) {

  /// @throws IllegalArgumentException if an argument is negative or not finite
  public Sampler {
    if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY) || topK < 0) {
      throw new IllegalArgumentException(
          "sampler: temperature "
              + temperature
              + " and top-k "
              + topK
              + ", expected 0 or more and finite");
    }
  }

  /// Always the largest; the first of equal ones.
  public static Sampler greedy() {
    return new Sampler(0, 0);
  }

  /// The index of the chosen logit.
  ///
  /// @throws IllegalArgumentException if there are no logits, or one is NaN or +infinity: the model
  ///   has diverged
  public int choose(float[] logits, SplitMix random) {
    int best = largest(logits);
    if (temperature == 0) {
      return best;
    }
    double least = topK == 0 || topK >= logits.length ? Float.NEGATIVE_INFINITY : kth(logits);
    double[] weights = new double[logits.length];
    double total = 0;
    for (int i = 0; i < weights.length; i++) {
      if (logits[i] >= least) {
        weights[i] = StrictMath.exp(((double) logits[i] - logits[best]) / temperature);
        total += weights[i];
      }
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
    float[] sorted = logits.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length - topK];
  }
}
