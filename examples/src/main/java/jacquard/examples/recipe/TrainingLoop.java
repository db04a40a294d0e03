package jacquard.examples.recipe;

import jacquard.examples.view.LossChart;
import jacquard.examples.view.MetricsLog;
import jacquard.examples.view.Progress;
import jacquard.examples.view.Text;
import jacquard.nn.StateDict;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes a recipe's steps, shows and records them, validates, samples and saves now and then, and
/// ends well: after the last step, or after the step during which Ctrl-C was pressed.
///
/// A line of `metrics.jsonl` has the mean losses and times of the steps since the line before; what
/// validating, sampling and saving take is in neither.
///
/// A run that is resumed writes what it would have written without the break, times apart. So a
/// checkpoint is written after everything else that belongs to its step, and a run that Ctrl-C ends
/// leaves the look at its last step to the one that goes on. It says once more what is still wrong.
final class TrainingLoop {
  private final Run run;
  private final Pace pace;
  private final LossChart chart;
  private final Window window = new Window();
  private final Watch watch = new Watch();
  private final Set<String> troubled = new HashSet<>();

  /// The step whose weights the file of the model holds, -1 if this process has written none.
  private long savedModel = -1;

  /// @param chart with a series for every loss that the recipe names
  TrainingLoop(Run run, Pace pace, LossChart chart) {
    this.run = run;
    this.pace = pace;
    this.chart = chart;
  }

  /// What a run is told and shown with.
  private record Desk(
      MetricsLog metrics, RunEvents events, ChartPainter painter, Progress progress) {}

  /// @return the exit code: 0, or 130 if Ctrl-C ended the run
  /// @throws IOException if the model or a checkpoint can't be saved, or not be restored
  /// @throws IllegalArgumentException if the loss is no number any more
  int run(Training training) throws IOException {
    Checkpoints checkpoints = new Checkpoints(run, training, window);
    checkpoints.restore();
    long done = run.first();
    boolean stopped;
    String trouble;
    try (MetricsLog metrics = MetricsLog.open(run.folder().metrics());
        RunEvents events = new RunEvents(run.folder());
        ChartPainter painter = new ChartPainter(chart, run.folder().chart());
        Progress progress =
            Progress.open(pace.name(), pace.steps(), System.out, Progress.isTerminal());
        Interrupts interrupts =
            new Interrupts(
                () -> progress.message("stopping after this step; Ctrl-C again quits at once"))) {
      Desk desk = new Desk(metrics, events, painter, progress);
      if (run.checkpoint() == null) {
        reviewStart(training, desk);
        save(desk, checkpoints, 0, true); // so that from the first step on there is one
      } else {
        progress.message("going on after step " + done);
        attempt("earlier metrics", progress, () -> readEarlier(painter));
        long goesOn = checkpoints.reviewed() ? done + 1 : done;
        attempt("events", progress, () -> events.restart(goesOn));
      }
      boolean reviewed = checkpoints.reviewed();
      while (!interrupts.asked() && (done < pace.steps() || !reviewed)) {
        if (reviewed) {
          step(training, done, desk, checkpoints);
          done++;
          reviewed = false;
        }
        if (!interrupts.asked()) {
          Map<String, Double> validated = review(training, done, desk, checkpoints);
          reviewed = true;
          if (checkpoints.areDue(done, validated)) {
            save(desk, checkpoints, done, true);
          }
        }
      }
      stopped = done < pace.steps() || !reviewed;
      save(training, done, checkpoints);
      save(desk, checkpoints, done, reviewed);
      progress.close();
      interrupts.close(); // the work is safe: from here on Ctrl-C may end the process
      trouble = painter.finish();
    }
    return end(done, stopped, trouble);
  }

  private void reviewStart(Training training, Desk desk) {
    Map<String, Double> measured = training.validate(false);
    if (!measured.isEmpty()) {
      desk.progress.message("before training: " + text(shown(measured)));
      write(desk, 0, line(0, Map.of(), measured));
    }
  }

  private void readEarlier(ChartPainter painter) throws FormatException {
    List<Json> lines = MetricsLog.read(run.folder().metrics());
    painter.addAll(lines);
    for (Json line : lines) {
      watch.line(line.field("step").asLong(), number(line, "loss"), number(line, "val_loss"));
    }
  }

  /// A number of a line; null if it has none, or one that isn't finite.
  private static @Nullable Double number(Json line, String name) throws FormatException {
    Json value = line.fields().get(name);
    return value == null || value instanceof Json.Null ? null : value.asDouble();
  }

  /// A line of metrics, wherever it is recorded.
  private void write(Desk desk, long step, Map<String, Object> line) {
    attempt("metrics", desk.progress, () -> desk.metrics.append(line));
    attempt("events", desk.progress, () -> desk.events.line(step, line));
  }

  private void step(Training training, long number, Desk desk, Checkpoints checkpoints)
      throws FormatException {
    long start = System.nanoTime();
    Map<String, Double> losses = training.step(number);
    window.add(losses, System.nanoTime() - start);
    for (Map.Entry<String, Double> loss : losses.entrySet()) {
      if (!Double.isFinite(loss.getValue())) {
        String what = loss.getKey() + " is " + Text.number(loss.getValue());
        throw diverged(what, training, number + 1, desk, checkpoints.saved());
      }
    }
  }

  /// Looks at the model after `done` steps.
  ///
  /// @return what was validated
  private Map<String, Double> review(
      Training training, long done, Desk desk, Checkpoints checkpoints) throws IOException {
    Map<String, Double> validated = Map.of();
    boolean pausing = pace.validates(done);
    if (pausing) {
      validated = training.validate(done == pace.steps());
      String warning = training.warning();
      if (warning != null) {
        warn(desk, done, warning);
      }
      String note = training.note();
      if (note != null) {
        desk.progress.message(note);
      }
      look(training, done, desk, checkpoints);
      save(training, done, checkpoints);
      attempt("samples", desk.progress, () -> training.sample(run.folder(), done));
      attempt("events", desk.progress, () -> desk.events.samples(done));
    }
    show(desk.progress, done, validated);
    if (pace.logs(done)) {
      log(desk, done, validated);
    }
    if (pausing) {
      desk.painter.paintSometimes();
    }
    return validated;
  }

  /// Weights and gradients as they are after `done` steps, with the batch of the last.
  private void look(Training training, long done, Desk desk, Checkpoints checkpoints)
      throws FormatException {
    Look look = Look.of(done, training.inspect(done - 1));
    if (look.broken() != null) {
      String what = look.broken() + " holds NaN or infinite numbers";
      throw diverged(what, training, done, desk, checkpoints.saved());
    }
    watch.look(look).forEach(warning -> warn(desk, done, warning));
    attempt("events", desk.progress, () -> desk.events.histograms(look));
  }

  /// Says what goes wrong, and keeps it.
  private void warn(Desk desk, long step, String warning) {
    desk.progress.message(warning);
    keep(desk, step, warning);
  }

  private void keep(Desk desk, long step, String warning) {
    attempt("warnings", desk.progress, () -> run.folder().warn(step, warning));
    attempt("events", desk.progress, () -> desk.events.warning(step, warning));
  }

  private int end(long done, boolean stopped, @Nullable String trouble) {
    if (trouble != null) {
      System.out.println(trouble);
    }
    System.out.println(
        (stopped ? "stopped after step " + done + " of " + pace.steps() + ": " : "")
            + "saved "
            + run.folder().model());
    if (stopped) {
      System.out.println("go on: " + run.folder().resumeCommand());
      System.out.println("sample it: " + run.folder().sampleCommand());
    }
    return stopped ? Interrupts.EXIT_CODE : 0;
  }

  private void show(Progress progress, long done, Map<String, Double> validated) {
    Map<String, Double> values = new LinkedHashMap<>(window.last());
    values.putAll(shown(validated));
    progress.update(done, values, pace.unitsPerStep() * window.stepsPerSecond(), pace.unit());
  }

  private void log(Desk desk, long done, Map<String, Double> validated) {
    Map<String, Double> losses = window.losses();
    Map<String, Object> line = line(done, losses, validated);
    line.put("ms", window.millisPerStep());
    line.put(pace.unit() + "_per_s", pace.unitsPerStep() * window.stepsPerSecond());
    write(desk, done, line);
    watch
        .line(done, losses.get("loss"), validated.get("val_loss"))
        .forEach(warning -> warn(desk, done, warning));
    desk.painter.add(done, losses);
    desk.painter.add(done, validated);
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

  /// Writes the weights for sampling.
  private void save(Training training, long done, Checkpoints checkpoints) throws FormatException {
    if (done == savedModel) {
      return;
    }
    try {
      StateDict.of(training.model().states())
          .save(run.folder().model(), Map.of("recipe", pace.name(), "step", Long.toString(done)));
    } catch (FormatException e) {
      throw withWayOn(e, checkpoints);
    }
    savedModel = done;
  }

  private void save(Desk desk, Checkpoints checkpoints, long done, boolean reviewed)
      throws FormatException {
    try {
      desk.metrics.flush(); // a crash of the machine must not lose them and keep the checkpoint
      checkpoints.save(done, reviewed);
    } catch (FormatException e) {
      throw withWayOn(e, checkpoints);
    }
  }

  private FormatException withWayOn(FormatException e, Checkpoints checkpoints) {
    return checkpoints.saved() < 0
        ? e
        : new FormatException(
            e.getMessage()
                + "; once that is mended, go on from step "
                + checkpoints.saved()
                + ": "
                + run.folder().resumeCommand(),
            e);
  }

  /// The error that ends the run, with what caused it.
  private IllegalArgumentException diverged(
      String what, Training training, long done, Desk desk, long saved) throws FormatException {
    String cause = null;
    if (saved >= 0) {
      desk.progress.message(
          "%s after step %d: repeating the steps since the checkpoint of step %d to find out why"
              .formatted(what, done, saved));
      cause = Divergence.cause(training, run.checkpoints().file(saved), done);
    }
    String message =
        what
            + " after step "
            + done
            + (cause == null ? "" : ": " + cause)
            + ": training has diverged; lower --lr"
            + (saved < 0 ? "" : " (the last checkpoint is of step " + saved + ")");
    keep(desk, done, message);
    return new IllegalArgumentException(message);
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

  /// Without groups, such as the parts of ten classes: a line has no room for them.
  private static Map<String, Double> shown(Map<String, Double> values) {
    Map<String, Double> shown = new LinkedHashMap<>(values);
    shown.keySet().removeIf(name -> name.contains("/"));
    return shown;
  }

  private static String text(Map<String, Double> values) {
    return values.entrySet().stream()
        .map(value -> value.getKey() + " " + Text.number(value.getValue()))
        .collect(Collectors.joining(", "));
  }
}
