package jacquard.examples.board;

import jacquard.examples.board.Gate.RefusedException;
import jacquard.examples.board.Listed.State;
import jacquard.examples.recipe.RunFolder;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The runs in a folder, or the one that it is: looked up anew each time, so that those are found
/// that begin later.
final class Catalogue {
  /// `runs/mine` and `runs/monday/mine`.
  private static final int DEPTH = 2;

  private final Path root;

  /// What was read of files, by path; read again when a file changes.
  private Map<Path, Read> known = Map.of();

  private record Read(long modified, long size, @Nullable Object content) {}

  private interface Reading<T> {
    @Nullable T of(Path path) throws IOException;
  }

  Catalogue(Path root) {
    this.root = root;
  }

  Path root() {
    return root;
  }

  /// All of them, the newest first.
  synchronized List<Listed> runs() throws IOException {
    Map<Path, Read> fresh = new LinkedHashMap<>();
    List<Listed> runs = new ArrayList<>();
    for (Path folder : folders()) {
      runs.add(listed(folder, fresh));
    }
    known = fresh;
    runs.sort(Comparator.comparing(Listed::created).reversed().thenComparing(Listed::id));
    return runs;
  }

  /// The run that is listed under a name.
  ///
  /// @throws RefusedException if there is none, or links in it lead elsewhere
  Listed run(String id) throws IOException {
    Listed found =
        runs().stream()
            .filter(run -> run.id().equals(id))
            .findFirst()
            .orElseThrow(() -> new RefusedException(404, "there is no run of that name any more"));
    OwnFiles.require(found.folder());
    return found;
  }

  private List<Path> folders() throws IOException {
    List<Path> found = new ArrayList<>();
    List<Path> level = List.of(root);
    for (int depth = 0; depth <= DEPTH; depth++) {
      List<Path> next = new ArrayList<>();
      for (Path folder : level) {
        if (Files.exists(folder.resolve("config.json"))) {
          found.add(folder);
        } else if (depth < DEPTH && Files.isDirectory(folder)) {
          try (Stream<Path> inside = Files.list(folder)) {
            inside.filter(Files::isDirectory).forEach(next::add);
          } catch (IOException | UncheckedIOException e) {
            next.removeIf(inside -> inside.startsWith(folder)); // not readable, or gone meanwhile
          }
        }
      }
      level = next;
    }
    return found;
  }

  private String id(Path folder) {
    return folder.equals(root)
        ? "."
        : root.relativize(folder).toString().replace(folder.getFileSystem().getSeparator(), "/");
  }

  private Listed listed(Path path, Map<Path, Read> fresh) throws IOException {
    RunFolder folder = new RunFolder(path);
    try {
      OwnFiles.require(folder);
      Json config = read(folder.config(), fresh, p -> folder.readConfig());
      if (config == null) {
        throw new FormatException(folder.config() + ": is gone");
      }
      if (config.optional("model_type") instanceof Json.Text(String kind)) {
        return imported(path, kind);
      }
      String recipe = config.field("recipe").asText();
      Json until = config.optional("until");
      long steps = (until == null ? config.field("steps") : until).asLong();
      Json created = config.optional("created");
      Json last = read(folder.metrics(), fresh, LogTail::last);
      Long sample = read(folder.samples(), fresh, p -> Samples.of(folder).last());
      List<Json> warnings = read(folder.warnings(), fresh, LogTail::end);
      Json options = config.optional("options");
      boolean done = last != null && last.field("step").asLong() >= steps;
      return new Listed(
          id(path),
          folder,
          recipe,
          created == null ? "" : created.asText(),
          done ? State.ENDED : folder.isInTraining() ? State.TRAINING : State.STOPPED,
          steps,
          last,
          sample == null ? -1 : sample,
          saved(folder),
          warnings == null ? List.of() : warnings,
          options == null ? Map.of() : new TreeMap<>(options.fields()),
          null);
    } catch (IOException | RefusedException e) { // no run's files, or gone meanwhile
      return new Listed(
          id(path),
          folder,
          "?",
          "",
          State.STOPPED,
          0,
          null,
          -1,
          0,
          List.of(),
          Map.of(),
          String.valueOf(e.getMessage()));
    }
  }

  private Listed imported(Path path, String kind) {
    Map<String, Json> options = Map.of("model_type", Json.of(kind));
    return new Listed(
        id(path),
        new RunFolder(path),
        "",
        "",
        State.IMPORTED,
        0,
        null,
        -1,
        0,
        List.of(),
        options,
        null);
  }

  private static long saved(RunFolder folder) throws IOException {
    try {
      return Files.getLastModifiedTime(folder.model()).toMillis();
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /// What `reading` makes of a file or folder, if it has changed since; null if it isn't there.
  @SuppressWarnings("unchecked") // each path is read in one way only
  private <T> @Nullable T read(Path path, Map<Path, Read> fresh, Reading<T> reading)
      throws IOException {
    BasicFileAttributes now;
    try {
      now = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      return null;
    }
    long modified = now.lastModifiedTime().toMillis();
    Read old = known.get(path);
    Read read =
        old != null && old.modified == modified && old.size == now.size()
            ? old
            : new Read(modified, now.size(), reading.of(path));
    fresh.put(path, read);
    return (T) read.content;
  }
}
