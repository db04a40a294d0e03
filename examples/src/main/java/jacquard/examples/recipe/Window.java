package jacquard.examples.recipe;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// The steps since the last line of the log.
final class Window {
  private final Map<String, Double> sums = new LinkedHashMap<>();
  private Map<String, Double> last = Map.of();
  private long steps;
  private long nanos;

  void add(Map<String, Double> losses, long stepNanos) {
    last = losses;
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

  /// The losses of the last step; none if a restored window has had no step yet.
  Map<String, Double> last() {
    return last;
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

  /// All of it, to the last bit; for a checkpoint.
  Json toJson() {
    Map<String, Json> losses = new LinkedHashMap<>();
    sums.forEach((name, sum) -> losses.put(name, Json.of(sum)));
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("steps", Json.of(steps));
    fields.put("nanos", Json.of(nanos));
    fields.put("sums", Json.of(losses));
    return Json.of(fields);
  }

  /// Takes over what [#toJson] of another window gave.
  ///
  /// @throws FormatException if it gave something else
  void restore(Json json) throws FormatException {
    clear();
    for (Map.Entry<String, Json> sum : json.field("sums").fields().entrySet()) {
      sums.put(sum.getKey(), sum.getValue().asDouble());
    }
    steps = json.field("steps").asLong();
    nanos = json.field("nanos").asLong();
  }
}
