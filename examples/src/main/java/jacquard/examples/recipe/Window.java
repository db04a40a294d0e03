package jacquard.examples.recipe;

import java.util.LinkedHashMap;
import java.util.Map;

/// The steps since the last line of the log.
final class Window {
  private final Map<String, Double> sums = new LinkedHashMap<>();
  private int steps;
  private long nanos;

  void add(Map<String, Double> losses, long stepNanos) {
    losses.forEach((name, value) -> sums.merge(name, value, Double::sum));
    steps++;
    nanos += stepNanos;
  }

  boolean isEmpty() {
    return steps == 0;
  }

  /// Means over the steps.
  Map<String, Double> losses() {
    Map<String, Double> means = new LinkedHashMap<>();
    sums.forEach((name, sum) -> means.put(name, sum / steps));
    return means;
  }

  double millisPerStep() {
    return nanos / 1e6 / steps;
  }

  double stepsPerSecond() {
    return steps * 1e9 / Math.max(1, nanos);
  }

  void clear() {
    sums.clear();
    steps = 0;
    nanos = 0;
  }
}
