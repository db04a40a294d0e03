package jacquard.examples.recipe;

import jacquard.examples.view.LossChart;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Draws `loss.png` on a thread of its own, and rarely: the first picture of a process takes
/// seconds of a processor that would rather train. A picture that can't be drawn (no fonts, say)
/// never ends a run.
final class ChartPainter implements AutoCloseable {
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final LossChart chart;
  private final Path path;
  private final AtomicReference<@Nullable String> trouble = new AtomicReference<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> Thread.ofPlatform().daemon().name("jacquard-chart").unstarted(work));
  private long lastNanos = System.nanoTime();

  ChartPainter(LossChart chart, Path path) {
    this.chart = chart;
    this.path = path;
  }

  /// Adds the values of a step, as far as the chart has series for them.
  void add(long step, Map<String, Double> values) {
    Map<String, Double> copy = Map.copyOf(values);
    thread.execute(() ->
        copy.forEach((name, value) -> {
          if (chart.has(name)) {
            chart.add(name, step, value);
          }
        }));
  }

  /// Adds what an earlier process has logged; fields that aren't drawn are left out.
  ///
  /// @param metrics lines of the log
  /// @throws FormatException if a line has no step
  void addAll(List<Json> metrics) throws FormatException {
    for (Json line : metrics) {
      long step = line.field("step").asLong();
      Map<String, Double> values = new LinkedHashMap<>();
      for (Map.Entry<String, Json> field : line.fields().entrySet()) {
        boolean number =
            field.getValue() instanceof Json.Real || field.getValue() instanceof Json.Int;
        if (step > 0 && number && chart.has(field.getKey())) {
          values.put(field.getKey(), field.getValue().asDouble());
        }
      }
      add(step, values);
    }
  }

  /// Draws if the last picture is old.
  void paintSometimes() {
    if (System.nanoTime() - lastNanos > PAUSE_NANOS) {
      lastNanos = System.nanoTime();
      thread.execute(this::paint);
    }
  }

  private void paint() {
    try {
      chart.write(path);
      trouble.set(null);
    } catch (Exception | LinkageError | InternalError e) {
      trouble.set(String.valueOf(e.getMessage()));
    }
  }

  /// Draws a last time and waits for it.
  ///
  /// @return why there is no picture, or null if there is one
  @Nullable String finish() {
    thread.execute(this::paint);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
        return "loss chart: not drawn within 30 s";
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return trouble.get();
  }

  /// Lets the thread go without a last picture.
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
