package jacquard.nn.train;

import jacquard.nn.StateDict;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Safetensors;
import jacquard.nn.io.SafetensorsWriter;
import jacquard.nn.io.StoredTensor;
import jacquard.tensor.State;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/// A training run as it was after some steps: the values of its states, the number of steps, and
/// what the caller notes.
///
/// Random numbers and batches need no more than the number of steps, as long as keys are folded
/// from a seed and the step ([jacquard.tensor.Key#fold], which [TrainStep] does) and batches are
/// made from it ([jacquard.nn.data.BatchSource]). Losses and weights then go on bit by bit as if
/// the run had never stopped.
///
/// The file is a safetensors file with a checksum of every tensor and of the header. It replaces an
/// older one in one step, after its bytes have reached the disk. Opening reads and checks all of
/// it.
///
/// ```java
/// List<State> states = new ArrayList<>(model.states());
/// states.addAll(trainStep.states());
/// CheckpointFile.save(path, trainer.next(), states, Map.of("seed", "7"));
/// try (CheckpointFile checkpoint = CheckpointFile.open(path)) {
///   checkpoint.restore(states);
///   trainer = new Trainer<>(trainStep, batches, checkpoint.step());
/// }
/// ```
///
/// @see CheckpointFolder
public final class CheckpointFile implements AutoCloseable {
  private static final String MARK = "jacquard.checkpoint";
  private static final String STEP = "step";
  private static final int FORMAT = 1;

  private final Path path;
  private final Safetensors file;
  private final long step;

  private CheckpointFile(Path path, Safetensors file, long step) {
    this.path = path;
    this.file = file;
    this.step = step;
  }

  /// Writes a checkpoint.
  ///
  /// @param path the file
  /// @param step steps made so far
  /// @param states everything that a step reads and writes: parameters, statistics, the optimiser's
  ///   moments, averages
  /// @param notes kept as they are
  /// @throws FormatException if it can't be written; what `path` held before is intact then
  /// @throws IllegalArgumentException if a note has a name that the format uses: `step`,
  ///   `jacquard.checkpoint`, `crc32c`, `crc32c_header`
  public static void save(
      Path path, long step, Collection<? extends State> states, Map<String, String> notes)
      throws FormatException {
    Map<String, String> metadata = new LinkedHashMap<>(notes);
    if (metadata.put(MARK, Integer.toString(FORMAT)) != null
        || metadata.put(STEP, Long.toString(step)) != null) {
      throw new IllegalArgumentException(
          "checkpoint: notes "
              + notes.keySet()
              + " hold '"
              + MARK
              + "' or '"
              + STEP
              + "', which the format uses");
    }
    SafetensorsWriter.writeChecked(path, StateDict.of(states).stored(), metadata);
  }

  /// Opens a checkpoint and compares every byte with its checksums.
  ///
  /// @param path the file
  /// @return the checkpoint, to be closed
  /// @throws FormatException if it can't be read, is damaged, or no checkpoint that this version
  ///   reads
  @SuppressWarnings("MustBeClosedChecker") // the result closes the file
  public static CheckpointFile open(Path path) throws FormatException {
    Safetensors file = Safetensors.open(path);
    boolean done = false;
    try {
      CheckpointFile result = new CheckpointFile(path, file, checkedStep(path, file));
      done = true;
      return result;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  private static long checkedStep(Path path, Safetensors file) throws FormatException {
    String format = file.metadata().get(MARK);
    if (format == null) {
      throw new FormatException(
          "checkpoint: " + path + ": is a safetensors file, but no checkpoint of Jacquard");
    }
    if (format.matches("[1-9]\\d{0,8}") && Integer.parseInt(format) > FORMAT) {
      throw new FormatException(
          "checkpoint: %s: has format %s, and this Jacquard reads up to %d; it was written by a newer one, use that"
              .formatted(path, format, FORMAT));
    }
    file.verify();
    String step = file.metadata().get(STEP);
    if (!format.equals("1") || step == null || !step.matches("\\d{1,18}")) {
      throw new FormatException(
          "checkpoint: %s: has format '%s' and step '%s', expected format 1 and a step"
              .formatted(path, format, step));
    }
    return Long.parseLong(step);
  }

  /// {@return where it is}
  public Path path() {
    return path;
  }

  /// {@return steps made before it was written: the number of the step to go on with}
  public long step() {
    return step;
  }

  /// {@return what was noted, and the format's own entries}
  public Map<String, String> notes() {
    return file.metadata();
  }

  /// Gives all states their values; all are checked before the first is changed.
  ///
  /// @param states what to restore
  /// @throws FormatException if the file holds other states, shapes or types
  public void restore(Collection<? extends State> states) throws FormatException {
    StateDict.of(states).load(path.toString(), file.tensors());
  }

  /// Gives some of the states that were saved their values, such as a model's without its
  /// optimiser's; the file may hold others.
  ///
  /// @param states what to restore
  /// @throws FormatException if the file lacks one, or has it with another shape or type
  public void restorePart(Collection<? extends State> states) throws FormatException {
    StateDict part = StateDict.of(states);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(file.tensors());
    tensors.keySet().retainAll(part.states().keySet());
    part.load(path.toString(), tensors);
  }

  @Override
  public void close() {
    file.close();
  }

  @Override
  public String toString() {
    return "checkpoint " + path + " of step " + step;
  }
}
