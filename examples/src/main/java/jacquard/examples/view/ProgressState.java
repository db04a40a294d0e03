package jacquard.examples.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// What progress has been told last, in words. The bar reads it from its own thread.
final class ProgressState {
  final String name;
  final long total;
  private final LongSupplier nanos;
  private final long openedNanos;
  private final Map<String, Double> values = new LinkedHashMap<>();
  private long step;
  private double perSecond;
  private String unit = "";

  // Time left is reckoned from the second report on: the first steps compile.
  private long firstStep = -1;
  private long firstNanos;
  private long lastNanos;

  ProgressState(String name, long total, LongSupplier nanos) {
    if (total < 1) {
      throw new IllegalArgumentException(
          "progress: total is " + total + " steps, expected at least 1");
    }
    this.name = name;
    this.total = total;
    this.nanos = nanos;
    this.openedNanos = nanos.getAsLong();
  }

  synchronized void update(
      long newStep, Map<String, Double> newValues, double newPerSecond, String newUnit) {
    step = Math.clamp(newStep, 0, total);
    values.putAll(newValues);
    perSecond = newPerSecond;
    unit = newUnit;
    lastNanos = nanos.getAsLong();
    if (firstStep < 0) {
      firstStep = step;
      firstNanos = lastNanos;
    }
  }

  synchronized long step() {
    return step;
  }

  /// `860/2000`, the step as wide as the total.
  synchronized String steps() {
    String last = Long.toString(total);
    String now = Long.toString(step);
    return " ".repeat(last.length() - now.length()) + now + "/" + last;
  }

  /// Values, throughput and time, the parts that are known.
  synchronized List<String> details() {
    List<String> parts = new ArrayList<>();
    values.forEach((key, value) -> parts.add(key + " " + Text.number(value)));
    if (perSecond > 0) {
      parts.add(Text.count(perSecond) + " " + unit + "/s");
    }
    if (step >= total) {
      parts.add("in " + Text.clock(Duration.ofNanos(lastNanos - openedNanos)));
    } else if (firstStep >= 0 && step > firstStep) {
      double left = (double) (lastNanos - firstNanos) / (step - firstStep) * (total - step);
      // The bar redraws between reports: the clock goes on.
      double passed = nanos.getAsLong() - lastNanos;
      parts.add(Text.clock(Duration.ofNanos((long) Math.max(0, left - passed))) + " left");
    }
    return parts;
  }
}
