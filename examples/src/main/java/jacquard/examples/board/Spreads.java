package jacquard.examples.board;

import jacquard.examples.board.Gate.RefusedException;
import jacquard.examples.recipe.RunFolder;
import jacquard.examples.tensorboard.Histogram;
import jacquard.examples.tensorboard.HistogramLog;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/// How a run's weights and gradients are spread, whenever it looked at them.
final class Spreads {
  private static final String WEIGHTS = "weights/";
  private static final String GRADIENTS = "gradients/";
  private static final int BINS = 64;

  /// Deviations around the mean that are drawn; what lies beyond is in the outermost bins, so that
  /// a single value doesn't press all others together.
  private static final double REACH = 4;

  private static final Map<String, ToDoubleFunction<Histogram>> FIGURES = figures();

  private Spreads() {}

  private static Map<String, ToDoubleFunction<Histogram>> figures() {
    Map<String, ToDoubleFunction<Histogram>> figures = new LinkedHashMap<>();
    figures.put("mean", Histogram::mean);
    figures.put("deviation", Histogram::deviation);
    figures.put("min", Histogram::min);
    figures.put("max", Histogram::max);
    figures.put("size", Histogram::size);
    return figures;
  }

  /// Figures of every parameter by step:
  ///
  ///     {"steps": [1, 2], "parameters": [{"name": "head.weight", "count": 64,
  ///         "weights": {"mean": [0.1, 0.2], ...}, "gradients": {"mean": [0.1, null], ...}}]}
  static Json figures(RunFolder run) throws IOException {
    NavigableMap<String, NavigableMap<Long, Histogram>> all =
        HistogramLog.read(
            run.path(), tag -> tag.startsWith(WEIGHTS) || tag.startsWith(GRADIENTS), false);
    SortedSet<Long> steps = new TreeSet<>();
    all.values().forEach(seen -> steps.addAll(seen.keySet()));
    List<Json> parameters = new ArrayList<>();
    for (Map.Entry<String, NavigableMap<Long, Histogram>> weights :
        all.tailMap(WEIGHTS).entrySet()) {
      String name = weights.getKey().substring(WEIGHTS.length());
      Histogram last = weights.getValue().lastEntry().getValue();
      Map<String, Json> fields = new LinkedHashMap<>();
      fields.put("name", Json.of(name));
      fields.put("count", Json.of(last.count()));
      fields.put("weights", figures(weights.getValue(), steps));
      fields.put("gradients", figures(all.getOrDefault(GRADIENTS + name, new TreeMap<>()), steps));
      parameters.add(Json.of(fields));
    }
    return Json.of(
        Map.of(
            "steps",
            Json.of(steps.stream().mapToLong(step -> step).toArray()),
            "parameters",
            Json.of(parameters)));
  }

  private static Json figures(NavigableMap<Long, Histogram> seen, SortedSet<Long> steps) {
    Map<String, Json> fields = new LinkedHashMap<>();
    FIGURES.forEach((name, figure) -> {
      List<Json> values = new ArrayList<>();
      for (Long step : steps) {
        Histogram histogram = seen.get(step);
        values.add(histogram == null ? new Json.Null() : Json.of(figure.applyAsDouble(histogram)));
      }
      fields.put(name, Json.of(values));
    });
    return Json.of(fields);
  }

  /// How a parameter's weights or gradients are spread at every step, in bins of one width:
  ///
  ///     {"steps": [1, 2], "low": -0.3, "high": 0.3, "parts": [[0.1, ...], [0.2, ...]]}
  ///
  /// @param tag `weights/NAME` or `gradients/NAME`
  /// @throws RefusedException if there is none
  static Json bins(RunFolder run, String tag) throws IOException {
    NavigableMap<Long, Histogram> seen =
        HistogramLog.read(run.path(), tag::equals, true).getOrDefault(tag, new TreeMap<>());
    if (seen.isEmpty()) {
      throw new RefusedException(404, "no look at " + tag + " is recorded");
    }
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Histogram one : seen.values()) {
      double reach = REACH * one.deviation();
      low = Math.min(low, Math.max(one.min(), one.mean() - reach));
      high = Math.max(high, Math.min(one.max(), one.mean() + reach));
    }
    if (!(high > low)) { // all the same
      double around = Math.max(1e-6, Math.abs(low) / 10);
      low -= around;
      high += around;
    }
    List<Json> parts = new ArrayList<>();
    for (Histogram one : seen.values()) {
      List<Json> row = new ArrayList<>();
      for (double part : parts(one, low, high)) {
        row.add(Json.of(part));
      }
      parts.add(Json.of(row));
    }
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("steps", Json.of(seen.keySet().stream().mapToLong(step -> step).toArray()));
    fields.put("low", Json.of(low));
    fields.put("high", Json.of(high));
    fields.put("parts", Json.of(parts));
    return Json.of(fields);
  }

  /// The part of the values in each of [#BINS] bins; a bucket that lies in several is shared out.
  static double[] parts(Histogram histogram, double low, double high) {
    double[] parts = new double[BINS];
    double width = (high - low) / BINS;
    double from = histogram.min();
    for (int i = 0; i < histogram.counts().length; i++) {
      double to = Math.min(histogram.max(), histogram.limits()[i]);
      double count = histogram.counts()[i];
      if (count > 0) {
        int first = bin(from, low, width);
        int last = bin(to, low, width);
        for (int bin = first; bin <= last; bin++) {
          double left = bin == first ? from : low + bin * width;
          double right = bin == last ? to : low + (bin + 1) * width;
          double part = to > from ? (right - left) / (to - from) : 1;
          parts[bin] += part * count / histogram.count();
        }
      }
      from = Math.max(from, to);
    }
    return parts;
  }

  private static int bin(double value, double low, double width) {
    return (int) Math.clamp(Math.floor((value - low) / width), 0, BINS - 1);
  }
}
