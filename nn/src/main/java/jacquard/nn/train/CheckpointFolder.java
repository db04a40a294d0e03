package jacquard.nn.train;

import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.tensor.State;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The checkpoints of one run: `step-000200.safetensors` after 200 steps, the last `keep` of them,
/// and `best.safetensors`.
///
/// Not for several processes at once.
///
/// @param path is made when the first checkpoint is written
/// @param keep how many of the last ones to keep, 1 or more
public record CheckpointFolder(Path path, int keep) {
  private static final Pattern NAME = Pattern.compile("step-(\\d{6,18})\\.safetensors");

  /// Refuses to keep fewer than one.
  public CheckpointFolder {
    if (keep < 1) {
      throw new IllegalArgumentException(
          "checkpoints: keep the last " + keep + ", expected 1 or more");
    }
  }

  /// {@return where the checkpoint of a step is kept}
  ///
  /// @param step steps made
  public Path file(long step) {
    return path.resolve(String.format(Locale.ROOT, "step-%06d.safetensors", step));
  }

  /// {@return where the best one is kept, beyond the last ones}
  public Path best() {
    return path.resolve("best.safetensors");
  }

  /// Writes a checkpoint, then deletes those before it that are more than [#keep]. Ones of later
  /// steps, which a run that was set back has left, stay.
  ///
  /// @param step steps made
  /// @param states states, in the order of the results
  /// @param notes texts to keep beside
  /// @return the file that was written
  /// @throws FormatException if it can't be written; all older ones are intact then
  /// @see CheckpointFile#save
  public Path save(long step, Collection<? extends State> states, Map<String, String> notes)
      throws FormatException {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw FormatException.unreadable("checkpoints", path, e);
    }
    Path file = file(step);
    CheckpointFile.save(file, step, states, notes);
    List<Path> older = newestFirst().stream().filter(other -> step(other) <= step).toList();
    try {
      for (Path old : older.subList(Math.min(keep, older.size()), older.size())) {
        Files.deleteIfExists(old);
      }
    } catch (IOException e) {
      throw FormatException.unreadable("checkpoints", path, e);
    }
    return file;
  }

  /// Keeps the checkpoint of `step` as the best, in place of the one before.
  ///
  /// @param step steps made
  /// @throws FormatException if there is none, or it can't be kept
  public void markBest(long step) throws FormatException {
    put(file(step), best());
  }

  /// Puts a checkpoint, such as the best or one of another folder, among those of steps, in place
  /// of the one of its step. `checkpoint` stays where it is.
  ///
  /// @param checkpoint of `step`
  /// @param step steps made
  /// @throws FormatException if it can't be read, or not be put there; nothing is changed then
  public void adopt(Path checkpoint, long step) throws FormatException {
    put(checkpoint, file(step));
  }

  private static void put(Path source, Path target) throws FormatException {
    try {
      if (Files.exists(target) && Files.isSameFile(source, target)) {
        return;
      }
      // One file with two names: no second copy on the disk. But not with a name elsewhere, where
      // somebody may write into it.
      if (!Objects.equals(source.getParent(), target.getParent()) || !link(source, target)) {
        copy(source, target);
      }
    } catch (IOException e) {
      throw FormatException.unreadable("checkpoints", source, e);
    }
  }

  /// @return false if the file system can't
  private static boolean link(Path source, Path target) throws IOException {
    Path link =
        target.resolveSibling(
            "." + target.getFileName() + "." + ProcessHandle.current().pid() + "-0.tmp");
    Files.deleteIfExists(link);
    try {
      Files.createLink(link, source);
      Files.move(link, target, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (UnsupportedOperationException | IOException e) {
      Files.deleteIfExists(link);
      return false;
    }
  }

  private static void copy(Path source, Path target) throws IOException {
    try (FileChannel from = FileChannel.open(source, StandardOpenOption.READ)) {
      AtomicFile.write(
          "checkpoints",
          target,
          to -> {
            for (long at = 0; at < from.size(); ) {
              at += from.transferTo(at, from.size() - at, to);
            }
          });
    }
  }

  /// {@return the checkpoints of steps, the latest first; none if there is no folder yet}
  ///
  /// @throws FormatException if the folder can't be read
  public List<Path> newestFirst() throws FormatException {
    if (Files.notExists(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
          .sorted(Comparator.comparingLong(CheckpointFolder::step).reversed())
          .toList();
    } catch (IOException e) {
      throw FormatException.unreadable("checkpoints", path, e);
    }
  }

  /// {@return the step that the name of a file in [#newestFirst] tells}
  ///
  /// @param file a file
  public static long step(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    if (!name.matches()) {
      throw new IllegalArgumentException(
          "checkpoints: " + file + ": expected a name like step-000200.safetensors");
    }
    return Long.parseLong(name.group(1));
  }
}
