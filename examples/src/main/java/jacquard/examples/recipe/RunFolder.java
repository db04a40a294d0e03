package jacquard.examples.recipe;

import jacquard.examples.view.MetricsLog;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.tensor.TensorException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a run leaves behind:
///
///     config.json         all that is needed to build the model again
///     metrics.jsonl       a line per log step
///     warnings.jsonl      a line per warning, if there are any
///     loss.png            the losses drawn
///     eval.json           what jacquard eval measured; eval-N.json with --count N
///     samples/step-N.*    what the model made after N steps
///     model.safetensors   its weights
///     checkpoints/        what `resume` goes on from: the last ones and the best
///
/// @param path of the folder
public record RunFolder(Path path) {
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  /// Makes a folder for a new run; one that holds something is never touched.
  ///
  /// @param out the folder, or null for `runs/RECIPE-DATE-TIME`
  /// @throws FormatException if the folder can't be made, or isn't empty
  static RunFolder create(@Nullable Path out, String recipe) throws FormatException {
    Path named =
        out != null ? out : Path.of("runs", recipe + "-" + LocalDateTime.now().format(STAMP));
    try {
      if (out == null) {
        Files.createDirectories(Path.of("runs"));
        return new RunFolder(createUnused(named));
      }
      Files.createDirectories(out);
      RunFolder run = new RunFolder(out);
      run.requireUnused();
      return run;
    } catch (IOException e) {
      throw FormatException.unreadable("--out", named, e);
    }
  }

  /// Writes what a new run begins with.
  ///
  /// @param config written to `config.json`
  /// @throws FormatException if it can't be written, or the folder isn't empty any more
  void begin(Map<String, ? extends @Nullable Object> config) throws FormatException {
    requireUnused();
    sweep();
    MetricsLog.writeConfig(config(), config);
    makeFolders();
  }

  /// What a process leaves that was killed before it wrote `config.json` is nothing.
  private void requireUnused() throws FormatException {
    if (!isUnused()) {
      throw new FormatException("--out: " + path + ": is not empty, expected a new folder");
    }
  }

  private boolean isUnused() throws FormatException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries.allMatch(RunFolder::isLeftOver);
    } catch (IOException e) {
      throw FormatException.unreadable("--out", path, e);
    }
  }

  private static boolean isLeftOver(Path file) {
    return file.endsWith(RunLock.NAME)
        || (AtomicFile.isTemporary(file)
            && file.getFileName().toString().startsWith(".config.json."));
  }

  /// Makes the folders within, where they are missing.
  ///
  /// @throws FormatException if they can't be made
  void makeFolders() throws FormatException {
    for (Path folder : List.of(samples(), checkpoints())) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw FormatException.unreadable("run", folder, e);
      }
    }
  }

  private static Path createUnused(Path named) throws IOException {
    for (int n = 1; ; n++) {
      try {
        return Files.createDirectory(n == 1 ? named : Path.of(named + "-" + n));
      } catch (FileAlreadyExistsException e) {
        if (n == 100) {
          throw e;
        }
      }
    }
  }

  /// The folder of an earlier run that has saved a model.
  ///
  /// @param path of the folder
  /// @return the folder
  /// @throws FormatException if it isn't one
  public static RunFolder open(Path path) throws FormatException {
    RunFolder run = openToResume(path);
    if (!Files.isRegularFile(run.model())) {
      throw new FormatException(
          path + ": holds no model.safetensors; did its training end before the first save?");
    }
    return run;
  }

  /// The folder of an earlier run, which may have saved nothing yet.
  ///
  /// @throws FormatException if it isn't one
  static RunFolder openToResume(Path path) throws FormatException {
    RunFolder run = new RunFolder(path);
    if (!Files.isDirectory(path)) {
      throw new FormatException(path + ": no such folder, expected one that train wrote");
    }
    if (!Files.isRegularFile(run.config())) {
      throw new FormatException(
          path
              + ": holds no config.json, expected a folder that train wrote"
              + (run.isUnused() ? "; if it was ended before it began, run train again" : ""));
    }
    return run;
  }

  /// {@return path of `config.json`}
  public Path config() {
    return path.resolve("config.json");
  }

  /// {@return the configuration}
  ///
  /// @throws FormatException if the file can't be read or isn't JSON
  public Json readConfig() throws FormatException {
    return MetricsLog.readConfig(config());
  }

  /// Replaces the configuration.
  ///
  /// @throws FormatException if it can't be written
  void write(Json config) throws FormatException {
    MetricsLog.writeConfig(config(), config.fields());
  }

  /// Deletes half-written files of processes that were killed. Those that sample or evaluate the
  /// run now, which takes no lock, keep theirs.
  void sweep() throws FormatException {
    for (Path folder : List.of(path, samples(), checkpoints())) {
      if (Files.isDirectory(folder)) {
        AtomicFile.sweep(folder);
      }
    }
  }

  /// Makes something of a configuration.
  ///
  /// @param <T> what it makes
  public interface Build<T> {
    /// Reads what it needs.
    ///
    /// @param config of a run, or a part of it
    /// @return what it made
    /// @throws FormatException if something is missing
    T of(Json config) throws FormatException;
  }

  /// What `build` makes of the run's configuration.
  ///
  /// @param <T> what is made
  /// @param config of this run, or a part of it
  /// @param build makes it
  /// @return what it made
  /// @throws FormatException naming the file, if something is missing or describes no model
  public <T> T configured(Json config, Build<T> build) throws FormatException {
    try {
      return build.of(config);
    } catch (FormatException | IllegalArgumentException | TensorException e) {
      throw new FormatException(config() + ": " + e.getMessage(), e);
    }
  }

  /// {@return path of `metrics.jsonl`}
  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /// {@return path of `warnings.jsonl`}
  public Path warnings() {
    return path.resolve("warnings.jsonl");
  }

  /// Adds a line to the warnings.
  ///
  /// @throws FormatException if it can't be written
  void warn(long step, String warning) throws FormatException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put("warning", warning);
    try (MetricsLog log = MetricsLog.open(warnings())) {
      log.append(line);
    }
  }

  Path evaluation() {
    return path.resolve("eval.json");
  }

  /// Of another number of pictures than the usual.
  Path evaluation(int count) {
    return path.resolve("eval-" + count + ".json");
  }

  Path chart() {
    return path.resolve("loss.png");
  }

  /// {@return path of `model.safetensors`}
  public Path model() {
    return path.resolve("model.safetensors");
  }

  /// {@return path of the folder of samples}
  public Path samples() {
    return path.resolve("samples");
  }

  /// {@return path of the folder of checkpoints}
  public Path checkpoints() {
    return path.resolve("checkpoints");
  }

  Path sample(long step, String ending) {
    return samples().resolve("step-" + step + "." + ending);
  }

  /// {@return whether some process trains this run now}
  public boolean isInTraining() {
    return RunLock.isTaken(this);
  }

  /// The command that samples this run, to be pasted into a shell here.
  String sampleCommand() {
    return command("sample");
  }

  /// The command that goes on with this run.
  String resumeCommand() {
    return command("resume");
  }

  private String command(String name) {
    String launcher = Files.isExecutable(Path.of("jacquard")) ? "./jacquard" : "jacquard";
    String text = path.toString();
    boolean plain = text.matches("[\\w./:=@%+,\\\\-]+");
    return launcher + " " + name + " " + (plain ? text : "'" + text.replace("'", "'\\''") + "'");
  }
}
