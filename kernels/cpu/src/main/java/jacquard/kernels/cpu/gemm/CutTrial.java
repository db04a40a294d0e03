package jacquard.kernels.cpu.gemm;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

/// Finds the fastest cut of a product by the calls that a program makes anyway: each challenger
/// runs in turn with the best one so far, and takes its place if it is clearly faster. At the end
/// the best one has to beat the model's cut once more: of many challengers one is lucky.
///
/// Calls within a step find other things in the caches than a benchmark of the product alone, so
/// what is fastest there is what counts.
final class CutTrial {
  /// Calls of each of two cuts.
  private static final int ROUNDS = 16;

  /// The call that counts, from the fastest: other programs make calls slower, never faster.
  private static final int QUANTILE = ROUNDS / 4;

  /// A challenger must take less than this share of the time.
  private static final double CLEARLY = 0.97;

  /// Calls for which a challenger's kernels may stay uncompiled before it is passed over.
  private static final int MOST_WAITING = 400;

  /// Ways to change a cut, tried one after the other.
  private static final List<UnaryOperator<Cut>> CHANGES =
      List.of(
          c -> c.withInPlace(!c.inPlace()),
          c -> c.withLongestK(128),
          c -> c.withLongestK(192),
          c -> c.withLongestK(256),
          c -> c.withLongestK(384),
          c -> c.withLongestK(512),
          c -> c.withBlockRows(32),
          c -> c.withBlockRows(64),
          c -> c.withBlockRows(128),
          c -> c.withBlockRows(256),
          c -> c.withBlockRows(512),
          c -> c.withByBlocks(!c.byBlocks()),
          c -> c.withRowsApart(!c.rowsApart()));

  private final Deque<UnaryOperator<Cut>> changes = new ArrayDeque<>(CHANGES);
  private final long[] bestNanos = new long[ROUNDS];
  private final long[] challengerNanos = new long[ROUNDS];
  private final Cut model;
  private Cut best;
  private Cut challenger;
  private boolean settled;
  private boolean isLast;
  private int calls;
  private int bestCalls;
  private int waiting;

  /// What the change of a cut does to this product, to tell challengers that are the same.
  interface Effect {
    /// Whether the cut can be made, and does anything else than `than`.
    boolean differs(Cut cut, Cut than);
  }

  private final Effect effect;

  private CutTrial(Cut start, Effect effect) {
    this.model = start;
    this.best = start;
    this.challenger = start;
    this.effect = effect;
  }

  /// A trial that starts from the model's cut.
  static CutTrial start(Cut model, Effect effect) {
    CutTrial trial = new CutTrial(model, effect);
    trial.nextChallenger();
    return trial;
  }

  /// One that was settled before.
  static CutTrial settled(Cut cut) {
    CutTrial trial = new CutTrial(cut, (a, b) -> false);
    trial.settled = true;
    return trial;
  }

  boolean isSettled() {
    return settled;
  }

  /// The cut of the next call.
  Cut cut() {
    return isChallengersTurn() ? challenger : best;
  }

  /// Turns are taken in pairs, every other one turned round as the bits of the count of pairs say:
  /// the layers of a model take their turns in order too, and each cut must meet all of them.
  private boolean isChallengersTurn() {
    return ((calls ^ Integer.bitCount(calls >> 1)) & 1) == 1;
  }

  /// The best cut so far, which is the one to follow once all is settled.
  Cut best() {
    return best;
  }

  /// Told after a call that its kernels were not compiled yet, so that its time says nothing.
  void wasNotReady() {
    if (++waiting > MOST_WAITING) {
      nextChallenger();
    }
  }

  /// Told how long the call took.
  void took(long nanos) {
    if (isChallengersTurn()) {
      challengerNanos[calls - bestCalls] = nanos;
    } else {
      bestNanos[bestCalls++] = nanos;
    }
    calls++;
    if (calls < 2 * ROUNDS) {
      return;
    }
    Arrays.sort(bestNanos);
    Arrays.sort(challengerNanos);
    boolean wins = challengerNanos[QUANTILE] < CLEARLY * bestNanos[QUANTILE];
    if (isLast) {
      best = wins ? challenger : model;
      settled = true;
      return;
    }
    best = wins ? challenger : best;
    nextChallenger();
  }

  private void nextChallenger() {
    calls = 0;
    bestCalls = 0;
    waiting = 0;
    while (!changes.isEmpty()) {
      challenger = changes.removeFirst().apply(best);
      if (effect.differs(challenger, best)) {
        return;
      }
    }
    challenger = best;
    best = model;
    isLast = true;
    settled = challenger.equals(model);
  }
}
