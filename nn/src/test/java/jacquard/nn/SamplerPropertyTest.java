package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.data.SplitMix;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// What is chosen by partial selection is what sorting the whole vocabulary would choose, token by
/// token from the same seed.
class SamplerPropertyTest {
  /// The settings by their definition: all is sorted, and the text copied.
  private static int defined(Sampler s, float[] logits, int[] text, SplitMix random) {
    float[] fair = logits.clone();
    for (int token : Arrays.stream(text).distinct().toArray()) {
      double logit = logits[token];
      double penalty = s.repetitionPenalty();
      fair[token] = (float) (logit > 0 ? logit / penalty : logit * penalty);
    }
    int best = 0;
    for (int i = 1; i < fair.length; i++) {
      best = fair[i] > fair[best] ? i : best;
    }
    if (s.temperature() == 0) {
      return best;
    }
    float[] sorted = fair.clone();
    Arrays.sort(sorted);
    boolean all = s.topK() == 0 || s.topK() >= fair.length;
    float least = all ? Float.NEGATIVE_INFINITY : sorted[fair.length - s.topK()];
    double[] weights = new double[fair.length];
    for (int i = 0; i < fair.length; i++) {
      double power = ((double) fair[i] - fair[best]) / s.temperature();
      weights[i] = fair[i] >= least ? StrictMath.exp(power) : 0;
    }
    double[] ascending = weights.clone();
    Arrays.sort(ascending);
    double total = sum(weights);
    double reached = 0;
    double smallest = 0;
    for (int i = fair.length - 1; s.topP() < 1 && i >= 0 && smallest == 0; i--) {
      reached += ascending[i];
      smallest = reached >= s.topP() * total ? ascending[i] : 0;
    }
    for (int i = 0; i < fair.length; i++) {
      weights[i] = weights[i] < Math.max(s.minP(), smallest) ? 0 : weights[i];
    }
    double left = random.nextDouble() * sum(weights);
    int chosen = best;
    for (int i = 0; i < fair.length && left >= 0; i++) {
      left -= weights[i];
      chosen = weights[i] > 0 ? i : chosen;
    }
    return chosen;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  /// Logits in steps of a quarter have many equals among them; some tokens can't come.
  private static float[] logits(int count, boolean coarse, SplitMix random) {
    float[] logits = new float[count];
    for (int i = 0; i < count; i++) {
      float value = 12 * (random.nextFloat() + random.nextFloat() - 1);
      logits[i] = coarse ? Math.round(4 * value) / 4f : value;
      logits[i] = random.nextInt(20) == 0 ? Float.NEGATIVE_INFINITY : logits[i];
    }
    logits[random.nextInt(count)] = 1;
    return logits;
  }

  @Property(tries = 300, seed = "20")
  void partialSelectionChoosesWhatSortingChooses(
      @ForAll @IntRange(min = 1, max = 400) int count,
      @ForAll boolean coarse,
      @ForAll @IntRange(max = 2000) int seed) {
    SplitMix random = SplitMix.of(seed, count);
    float[] logits = logits(count, coarse, random);
    int[] text = new int[1 + random.nextInt(60)];
    Arrays.setAll(text, i -> random.nextInt(count));
    int length = random.nextInt(text.length);
    int[] copied = Arrays.copyOf(text, length);
    float[] before = logits.clone();
    for (Sampler base :
        List.of(
            new Sampler(1, 0),
            new Sampler(0.3 + random.nextDouble(), 1 + random.nextInt(count)),
            Sampler.greedy())) {
      for (double topP : new double[] {1, 0.95, random.nextDouble() * 0.999 + 0.001}) {
        for (double minP : new double[] {0, random.nextDouble() * 0.3}) {
          for (double penalty : new double[] {1, 1.3, 0.8}) {
            Sampler sampler = base.withTopP(topP).withMinP(minP).withRepetitionPenalty(penalty);
            SplitMix one = SplitMix.of(seed, 7);
            SplitMix other = SplitMix.of(seed, 7);
            for (int draw = 0; draw < 5; draw++) {
              assertEquals(
                  defined(sampler, logits, copied, one),
                  sampler.choose(logits, text, length, other),
                  sampler::toString);
            }
          }
        }
      }
    }
    assertArrayEquals(before, logits, "the logits stay as they are");
  }

  @Property(tries = 200, seed = "21")
  void theLargestComeFirst(
      @ForAll @IntRange(min = 1, max = 3000) int count,
      @ForAll @IntRange(min = 1, max = 50) int kinds,
      @ForAll @IntRange(max = 2000) int seed) {
    SplitMix random = SplitMix.of(seed);
    double[] values = new double[count];
    Arrays.setAll(values, i -> kinds == 50 ? random.nextDouble() : random.nextInt(kinds));
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    LargestFirst first = new LargestFirst(values);
    for (int i = count - 1; i >= 0; i--) {
      assertTrue(first.hasMore());
      assertEquals(sorted[i], first.take());
    }
    assertFalse(first.hasMore());
  }

  @Test
  void whatIsNotTakenIsNotSorted() {
    int count = 50_000;
    double[] values = new double[count];
    SplitMix random = new SplitMix(4);
    Arrays.setAll(values, i -> random.nextDouble());
    LargestFirst first = new LargestFirst(values);
    for (int i = 0; i < 40; i++) {
      first.take();
    }
    int falling = 0;
    for (int i = 1; i < count; i++) {
      falling += values[i] <= values[i - 1] ? 1 : 0;
    }
    assertTrue(falling < 0.6 * count, falling + " of " + count + " in order");
  }
}
