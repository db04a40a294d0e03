package jacquard.examples.recipe;

import jacquard.examples.cli.Version;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.train.CheckpointFile;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Writes the checkpoints of a run when they are due, and begins a run from one.
///
/// Beside the training's states a checkpoint holds what the loop remembers: the window of the next
/// line of metrics, the best value so far, and whether the last step was looked at (validated,
/// logged) before it was written.
final class Checkpoints {
  static final String CONFIG = "config";
  private static final String WINDOW = "window";
  private static final String REVIEWED = "reviewed";
  private static final String BEST = "best";

  // Half a minute of work lost is bearable; and with fifty times what writing takes between two,
  // they never cost more than 2 % of the time.
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long PAUSE_PER_COST = 50;

  private final Run run;
  private final Training training;
  private final Window window;

  private long saved = -1;
  private boolean reviewed = true;
  private @Nullable Best best;
  private long lastNanos = System.nanoTime();
  private long pauseNanos = PAUSE_NANOS;

  private record Best(long step, double value) {}

  Checkpoints(Run run, Training training, Window window) {
    this.run = run;
    this.training = training;
    this.window = window;
  }

  /// Gives the states and the window the values that the run begins with.
  ///
  /// @throws FormatException if the checkpoint holds something else
  void restore() throws FormatException {
    CheckpointFile checkpoint = run.checkpoint();
    if (checkpoint == null) {
      return;
    }
    checkpoint.restore(training.states());
    Map<String, String> notes = checkpoint.notes();
    window.restore(note(notes, WINDOW));
    reviewed = note(notes, REVIEWED).asBoolean();
    Json value = notes.containsKey(BEST) ? note(notes, BEST) : null;
    if (value != null) {
      best = new Best(value.field("step").asLong(), value.field("value").asDouble());
    }
    saved = checkpoint.step();
    if (best != null && best.step == saved && Files.exists(run.checkpoints().file(saved))) {
      run.checkpoints().markBest(saved); // a kill may have come between writing and marking it
    }
  }

  /// Whether the last step was looked at before `checkpoint` was written.
  static boolean reviewed(CheckpointFile checkpoint) throws FormatException {
    return note(checkpoint.notes(), REVIEWED).asBoolean();
  }

  private static Json note(Map<String, String> notes, String name) throws FormatException {
    String text = notes.get(name);
    if (text == null) {
      throw new FormatException(
          "checkpoint: holds no note '" + name + "', expected one that train wrote");
    }
    return Json.parse(text, "checkpoint: " + name);
  }

  /// Whether the last step was looked at before the last checkpoint was written; true without one.
  boolean reviewed() {
    return reviewed;
  }

  /// The step of the last checkpoint, -1 without one.
  long saved() {
    return saved;
  }

  /// Whether to write a checkpoint now: enough time or steps have passed, or `validated` is better
  /// than ever.
  ///
  /// @param done steps made
  boolean areDue(long done, Map<String, Double> validated) {
    Double value = validated.get(training.criterion());
    if (value != null && Double.isFinite(value) && (best == null || value < best.value)) {
      best = new Best(done, value);
      return true;
    }
    Long every = run.every();
    return every == null ? System.nanoTime() - lastNanos > pauseNanos : done % every == 0;
  }

  /// Writes a checkpoint unless there is the same one.
  ///
  /// @param looked whether the last step was validated and logged
  void save(long done, boolean looked) throws FormatException {
    if (done == saved && looked == reviewed) {
      return;
    }
    long start = System.nanoTime();
    run.checkpoints().save(done, training.states(), notes(looked));
    if (best != null && best.step == done) {
      run.checkpoints().markBest(done);
    }
    saved = done;
    reviewed = looked;
    lastNanos = System.nanoTime();
    pauseNanos = Math.max(PAUSE_NANOS, PAUSE_PER_COST * (lastNanos - start));
  }

  private Map<String, String> notes(boolean looked) {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("version", Version.number());
    notes.put(CONFIG, run.config().toString());
    notes.put(WINDOW, window.toJson().toString());
    notes.put(REVIEWED, Boolean.toString(looked));
    if (best != null) {
      notes.put(
          BEST,
          Json.of(Map.of("step", Json.of(best.step), "value", Json.of(best.value))).toString());
    }
    return notes;
  }
}
