package jacquard.examples.recipe;

import jacquard.examples.view.LossChart;
import jacquard.examples.view.MetricsLog;
import jacquard.examples.view.Progress;
import jacquard.examples.view.Text;
import jacquard.nn.StateDict;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes a recipe's steps, shows and records them, validates, samples and saves now and then, and
/// ends well: after the last step, or after the step during which Ctrl-C was pressed.
///
/// A line of `metrics.jsonl` has the mean losses and times of the steps since the line before; what
/// validating, sampling and saving take is in neither.
final class TrainingLoop {
  private final RunFolder run;
  private final Pace pace;
  private final LossChart chart;
  private final Window window = new Window();
  private final Set<String> troubled = new HashSet<>();

  /// @param chart with a series for every loss that the recipe names
  TrainingLoop(RunFolder run, Pace pace, LossChart chart) {
    this.run = run;
    this.pace = pace;
    this.chart = chart;
  }

  /// @return the exit code: 0, or 130 if Ctrl-C ended the run
  /// @throws IOException if the model can't be saved
  /// @throws IllegalArgumentException if the loss is no number any more
  int run(Training training) throws IOException {
    long done = 0;
    long saved = -1;
    String trouble;
    try (MetricsLog metrics = MetricsLog.open(run.metrics());
        ChartPainter painter = new ChartPainter(chart, run.chart());
        Progress progress =
            Progress.open(pace.name(), pace.steps(), System.out, Progress.isTerminal());
        Interrupts interrupts =
            new Interrupts(
                () -> progress.message("stopping after this step; Ctrl-C again quits at once"))) {
      Map<String, Double> measured = training.validate(false);
      if (!measured.isEmpty()) {
        progress.message("before training: " + text(measured));
        attempt("metrics", progress, () -> metrics.append(line(0, Map.of(), measured)));
      }
      while (done < pace.steps() && !interrupts.asked()) {
        long start = System.nanoTime();
        Map<String, Double> losses = training.step(done);
        window.add(losses, System.nanoTime() - start);
        done++;
        requireFinite(losses, done, saved);
        boolean pausing = pace.validates(done) && !interrupts.asked();
        Map<String, Double> validated = Map.of();
        if (pausing) {
          validated = training.validate(done == pace.steps());
          save(training, done);
          saved = done;
          long step = done;
          attempt("samples", progress, () -> training.sample(run, step));
        }
        show(progress, done, losses, validated);
        if (pace.logs(done) || interrupts.asked()) {
          log(metrics, painter, progress, done, validated);
        }
        if (pausing) {
          painter.paintSometimes();
        }
      }
      if (saved < done) {
        save(training, done);
      }
      progress.close();
      interrupts.close(); // the work is safe: from here on Ctrl-C may end the process
      trouble = painter.finish();
    }
    return end(done, trouble);
  }

  private int end(long done, @Nullable String trouble) {
    if (trouble != null) {
      System.out.println(trouble);
    }
    boolean stopped = done < pace.steps();
    System.out.println(
        (stopped ? "stopped after step " + done + " of " + pace.steps() + ": " : "")
            + "saved "
            + run.model());
    if (stopped) {
      System.out.println("sample it: " + run.sampleCommand());
    }
    return stopped ? Interrupts.EXIT_CODE : 0;
  }

  private void show(
      Progress progress, long done, Map<String, Double> losses, Map<String, Double> validated) {
    Map<String, Double> values = new LinkedHashMap<>(losses);
    values.putAll(validated);
    progress.update(done, values, pace.unitsPerStep() * window.stepsPerSecond(), pace.unit());
  }

  private void log(
      MetricsLog metrics,
      ChartPainter painter,
      Progress progress,
      long done,
      Map<String, Double> validated) {
    Map<String, Double> losses = window.losses();
    Map<String, Object> line = line(done, losses, validated);
    line.put("ms", window.millisPerStep());
    line.put(pace.unit() + "_per_s", pace.unitsPerStep() * window.stepsPerSecond());
    attempt("metrics", progress, () -> metrics.append(line));
    painter.add(done, losses);
    painter.add(done, validated);
    window.clear();
  }

  private static Map<String, Object> line(
      long step, Map<String, Double> losses, Map<String, Double> validated) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.putAll(losses);
    line.putAll(validated);
    return line;
  }

  private void save(Training training, long done) throws IOException {
    StateDict.of(training.model().states())
        .save(run.model(), Map.of("recipe", pace.name(), "step", Long.toString(done)));
  }

  private void requireFinite(Map<String, Double> losses, long done, long saved) {
    for (Map.Entry<String, Double> loss : losses.entrySet()) {
      if (!Double.isFinite(loss.getValue())) {
        throw new IllegalArgumentException(
            loss.getKey()
                + " is "
                + Text.number(loss.getValue())
                + " after step "
                + done
                + ": training has diverged; lower --lr"
                + (saved < 0 ? "" : " (" + run.model() + " holds step " + saved + ")"));
      }
    }
  }

  private interface Writing {
    void run() throws IOException;
  }

  /// What goes wrong beside training is told once and doesn't end it.
  private void attempt(String what, Progress progress, Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      if (troubled.add(what)) {
        progress.message(what + " are incomplete: " + e.getMessage());
      }
    }
  }

  private static String text(Map<String, Double> values) {
    return values.entrySet().stream()
        .map(value -> value.getKey() + " " + Text.number(value.getValue()))
        .collect(Collectors.joining(", "));
  }
}
