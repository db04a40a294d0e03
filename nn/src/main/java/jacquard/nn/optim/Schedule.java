package jacquard.nn.optim;

/// A number that depends on the step, counted from 0: mostly a learning rate.
@FunctionalInterface
public interface Schedule {
  /// {@return the rate at a step}
  ///
  /// @param step distance from one element to the next
  double at(long step);

  /// {@return the same rate at every step}
  ///
  /// @param value the rate at every step
  static Schedule constant(double value) {
    return step -> value;
  }

  /// From `start` at step 0 in a straight line to `end` at `steps`, and `end` from then on.
  ///
  /// @param start rate at step 0
  /// @param end rate from step `steps` on
  /// @param steps number of steps
  /// @return the schedule
  /// @throws IllegalArgumentException unless `steps` is above 0
  static Schedule linear(double start, double end, long steps) {
    requireAbove("linear", steps, 0);
    return step -> step >= steps ? end : start + (end - start) * step / steps;
  }

  /// `value`, multiplied by `factor` after every `every` steps.
  ///
  /// @param value the rate at every step
  /// @param every steps from one change to the next
  /// @param factor what the rate is multiplied by
  /// @return the schedule
  /// @throws IllegalArgumentException unless `every` is above 0
  static Schedule stepped(double value, long every, double factor) {
    requireAbove("stepped", every, 0);
    return step -> {
      long drops = step / every;
      return value * Math.pow(factor, (double) drops);
    };
  }

  /// Rises in a straight line over `warmup` steps (at step `s` to `peak * (s + 1) / (warmup + 1)`),
  /// then falls along half a cosine, from `peak` at step `warmup` to `floor` at step `steps`, and
  /// stays there.
  ///
  /// @param peak highest rate, after the warm-up
  /// @param floor rate at the end
  /// @param warmup steps of the rise
  /// @param steps number of steps
  /// @return the schedule
  /// @throws IllegalArgumentException unless `0 <= warmup < steps`
  /// @see <a href="https://arxiv.org/abs/1608.03983">Loshchilov, Hutter: SGDR</a>
  static Schedule warmupCosine(double peak, double floor, long warmup, long steps) {
    requireAbove("warmupCosine: warmup", warmup, -1);
    requireAbove("warmupCosine", steps, warmup);
    return step -> {
      if (step < warmup) {
        return peak * (step + 1) / (warmup + 1);
      }
      double done = Math.min(1, (double) (step - warmup) / (steps - warmup));
      return floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * done));
    };
  }

  /// This, reached in a straight line over `warmup` steps.
  ///
  /// @param warmup steps of the rise
  /// @return the schedule
  default Schedule warmedUp(long warmup) {
    return step -> step < warmup ? at(step) * (step + 1) / (warmup + 1) : at(step);
  }

  private static void requireAbove(String what, long steps, long least) {
    if (steps <= least) {
      throw new IllegalArgumentException(
          "schedule: " + what + ": " + steps + " steps, expected more than " + least);
    }
  }
}
