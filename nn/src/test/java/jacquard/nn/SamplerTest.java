package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.nn.data.SplitMix;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final float[] LOGITS = {0, (float) Math.log(2), (float) Math.log(5), -1e30f, 0};

  private static int[] counts(Sampler sampler, int draws) {
    SplitMix random = new SplitMix(3);
    int[] counts = new int[LOGITS.length];
    for (int i = 0; i < draws; i++) {
      counts[sampler.choose(LOGITS, random)]++;
    }
    return counts;
  }

  @Test
  void greedyTakesTheFirstLargest() {
    assertEquals(2, Sampler.greedy().choose(LOGITS, new SplitMix(1)));
    assertEquals(1, Sampler.greedy().choose(new float[] {1, 4, 4}, new SplitMix(1)));
  }

  @Test
  void frequenciesFollowTheProbabilities() {
    int[] counts = counts(new Sampler(1, 0), 9000);
    int[] expected = {1000, 2000, 5000, 0, 1000};
    for (int i = 0; i < 5; i++) {
      assertEquals(expected[i], counts[i], 150);
    }
  }

  @Test
  void temperatureSharpensOrFlattens() {
    // squares of the weights 1 2 5 0 1 at half the temperature
    int[] counts = counts(new Sampler(0.5, 0), 3100);
    int[] expected = {100, 400, 2500, 0, 100};
    for (int i = 0; i < 5; i++) {
      assertEquals(expected[i], counts[i], 80);
    }
  }

  @Test
  void topKKeepsTheLargestAndThoseEqualToTheLast() {
    int[] two = counts(new Sampler(1, 2), 700);
    assertEquals(700, two[1] + two[2]);
    assertEquals(200, two[1], 50);
    int[] three = counts(new Sampler(1, 3), 900);
    assertEquals(100, three[0], 40);
    assertEquals(100, three[4], 40);
    assertEquals(500, counts(new Sampler(1, 1), 500)[2]);
    assertEquals(0, counts(new Sampler(1, 99), 500)[3]);
  }

  @Test
  void topPKeepsTheLargestThatTogetherReachIt() {
    // probabilities 1 2 5 0 1 of 9
    int[] one = counts(new Sampler(1, 0).withTopP(0.55), 500);
    assertEquals(500, one[2]);
    int[] two = counts(new Sampler(1, 0).withTopP(0.6), 700);
    assertEquals(700, two[1] + two[2]);
    assertEquals(200, two[1], 50);
    // the two of 1 are equal: both stay
    int[] all = counts(new Sampler(1, 0).withTopP(0.8), 900);
    assertEquals(100, all[0], 40);
    assertEquals(100, all[4], 40);
    assertEquals(0, all[3]);
  }

  @Test
  void topPCountsAmongWhatTopKLeaves() {
    // 2 and 5 of 7: the larger alone has 0.71
    assertEquals(300, counts(new Sampler(1, 2).withTopP(0.7), 300)[2]);
    assertEquals(300, counts(new Sampler(1, 0).withTopP(0.5), 300)[2]);
  }

  @Test
  void minPKeepsThosePartlyAsLikelyAsTheLargest() {
    int[] two = counts(new Sampler(1, 0).withMinP(0.3), 700);
    assertEquals(700, two[1] + two[2]);
    assertEquals(200, two[1], 50);
    assertEquals(500, counts(new Sampler(1, 0).withMinP(1), 500)[2]);
    // at temperature 0.5 the second has 4 / 25 of the largest
    assertEquals(500, counts(new Sampler(0.5, 0).withMinP(0.3), 500)[2]);
  }

  @Test
  void repetitionPenaltyHoldsForTokensOfTheText() {
    Sampler sampler = Sampler.greedy().withRepetitionPenalty(2);
    float[] logits = {3, 2, -1, -1.5f};
    SplitMix random = new SplitMix(1);
    assertEquals(0, sampler.choose(logits, random));
    assertEquals(1, sampler.choose(logits, new int[] {0, 0}, random));
    assertEquals(0, sampler.choose(logits, new int[] {0, 1}, random));
    assertEquals(1, sampler.choose(new float[] {-1, -1.5f}, new int[] {0}, random));
    assertEquals(3, logits[0], "the logits stay as they are");
  }

  @Test
  void aSeedRepeats() {
    Sampler sampler = new Sampler(0.8, 4);
    SplitMix a = SplitMix.of(5);
    SplitMix b = SplitMix.of(5);
    for (int i = 0; i < 100; i++) {
      assertEquals(sampler.choose(LOGITS, a), sampler.choose(LOGITS, b));
    }
  }

  @Test
  void divergedLogitsAndBadSettingsAreNamed() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sampler.greedy().choose(new float[] {0, Float.NaN}, new SplitMix(1)));
    assertEquals(
        "sampler: logit 1 is NaN, expected finite; the model has diverged", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new Sampler(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Sampler(Double.NaN, 0));
    Sampler plain = new Sampler(1, 0);
    assertThrows(IllegalArgumentException.class, () -> plain.withTopP(0));
    assertThrows(IllegalArgumentException.class, () -> plain.withTopP(1.01));
    assertThrows(IllegalArgumentException.class, () -> plain.withMinP(-0.1));
    assertThrows(IllegalArgumentException.class, () -> plain.withMinP(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> plain.withRepetitionPenalty(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> Sampler.greedy().choose(new float[0], new SplitMix(1)));
  }
}
