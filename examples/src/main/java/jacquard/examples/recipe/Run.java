package jacquard.examples.recipe;

import jacquard.examples.view.MetricsLog;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.train.CheckpointFile;
import jacquard.nn.train.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A run in training: its folder, kept from other processes, where it begins and where it ends.
///
/// @param config as `config.json` has it
/// @param checkpoint to begin with, or null to begin at step 0
/// @param end steps to make since step 0
/// @param every steps between two checkpoints, or null for now and then
/// @param lock to be given back, or null if whoever resumes does that
record Run(
    RunFolder folder,
    Json config,
    @Nullable CheckpointFile checkpoint,
    long end,
    CheckpointFolder checkpoints,
    @Nullable Long every,
    @Nullable RunLock lock)
    implements AutoCloseable {

  /// Begins a new run in `folder`.
  ///
  /// @throws FormatException if it can't be written, or another process has begun one there
  static Run begin(
      RunFolder folder, Map<String, ? extends @Nullable Object> config, TrainOptions options)
      throws FormatException {
    Json json = MetricsLog.toJson(config);
    long end = json.field("steps").asLong();
    CheckpointFolder checkpoints = new CheckpointFolder(folder.checkpoints(), options.keep);
    RunLock lock = RunLock.take(folder);
    boolean begun = false;
    try {
      folder.begin(config);
      begun = true;
      return new Run(folder, json, null, end, checkpoints, options.checkpointEvery, lock);
    } finally {
      if (!begun) {
        lock.close();
      }
    }
  }

  /// Goes on with a run: sets aside or cuts off what it wrote after the checkpoint.
  ///
  /// @param config as the recipe makes it now
  /// @throws FormatException if that isn't the configuration that the run began with
  static Run goOn(
      Continuation from, Map<String, ? extends @Nullable Object> config, TrainOptions options)
      throws FormatException {
    RunFolder folder = from.folder();
    String difference = ConfigDifference.of(MetricsLog.toJson(config), from.config());
    if (difference != null) {
      throw new FormatException(
          folder.config()
              + ": the run can't go on: "
              + difference
              + (difference.startsWith("data_check")
                  ? "; the data have changed since it began: put the old ones back, or train anew"
                  : "; was it made by another version, or on another JDK?"));
    }
    CheckpointFolder checkpoints = new CheckpointFolder(folder.checkpoints(), options.keep);
    CheckpointFile checkpoint = from.checkpoint();
    long first = checkpoint == null ? 0 : checkpoint.step();
    folder.makeFolders();
    if (from.rewinding()) {
      if (checkpoint != null) {
        // First of all: from here on this is the run's last one, whatever happens before the next.
        checkpoints.adopt(checkpoint.path(), first);
      }
      setAside(folder, checkpoints, first);
    }
    folder.write(told(from, options));
    // The line of a step that was not looked at yet comes after the checkpoint, too.
    boolean logged = checkpoint != null && Checkpoints.reviewed(checkpoint);
    for (Path log : List.of(folder.metrics(), folder.warnings())) {
      MetricsLog.cut(log, logged ? first : first - 1);
    }
    return new Run(
        folder, from.config(), checkpoint, from.end(), checkpoints, options.checkpointEvery, null);
  }

  /// The configuration with what the run is told now: its end, and its options.
  private static Json told(Continuation from, TrainOptions options) throws FormatException {
    Map<String, Json> fields = new LinkedHashMap<>(from.config().fields());
    fields.put("until", Json.of(from.end()));
    fields.put("options", RecordedOptions.of(options.recipe).toJson());
    return Json.of(fields);
  }

  /// Moves later checkpoints into a folder `undone`, with a copy of the metrics, so that the next
  /// `resume` doesn't take them for this run's.
  private static void setAside(RunFolder folder, CheckpointFolder checkpoints, long first)
      throws FormatException {
    Path undone = checkpoints.path().resolve("undone");
    try {
      for (Path file : checkpoints.newestFirst()) {
        if (CheckpointFolder.step(file) > first) {
          Files.createDirectories(undone);
          Files.move(file, undone.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      if (Files.isDirectory(undone) && Files.isRegularFile(folder.metrics())) {
        Files.copy(
            folder.metrics(),
            undone.resolve(folder.metrics().getFileName()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw FormatException.unreadable("--from", undone, e);
    }
  }

  /// Steps made before: the number of the first step to make.
  long first() {
    return checkpoint == null ? 0 : checkpoint.step();
  }

  Path path() {
    return folder.path();
  }

  @Override
  public void close() throws FormatException {
    if (lock != null) {
      lock.close();
    }
  }
}
