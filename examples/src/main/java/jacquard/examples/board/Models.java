package jacquard.examples.board;

import jacquard.examples.board.Gate.RefusedException;
import jacquard.examples.recipe.LatentMap;
import jacquard.examples.recipe.TextModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Models that are open: each checkpoint is read once, and again when its file has changed. Only
/// the last few are kept, as one may fill the memory.
final class Models {
  private static final int MOST = 2;

  /// Test pictures whose places in a latent space are shown.
  private static final int PICTURES = 500;

  /// The last used one is the last.
  private final Map<Key, Open> open = new LinkedHashMap<>(8, 0.75f, true);

  /// @param file whose weights it has
  /// @param kind of what was made of it
  private record Key(Path file, Class<?> kind) {}

  private record Open(long modified, Object model) {}

  /// Reads a model.
  interface Reading<T> {
    T read() throws IOException;
  }

  /// @param checkpoint of the run; null for the weights it saved last
  TextModel text(Listed run, @Nullable String checkpoint) throws IOException {
    require(run, "prompt", "is no transformer");
    Path folder = run.folder().path();
    if (checkpoint == null) {
      requireSaved(run);
    } else {
      List<String> names = TextAnswers.checkpointNames(run);
      if (!names.contains(checkpoint)) {
        throw new RefusedException(
            400, "checkpoint is '" + checkpoint + "', expected one of " + names);
      }
    }
    Path file =
        checkpoint == null
            ? run.folder().model()
            : run.folder().checkpoints().resolve(checkpoint + ".safetensors");
    return of(file, TextModel.class, () -> TextModel.open(folder, checkpoint));
  }

  LatentMap latent(Listed run) throws IOException {
    require(run, "latent", "is no vae");
    requireSaved(run);
    return of(
        run.folder().model(), LatentMap.class, () -> LatentMap.open(run.folder(), null, PICTURES));
  }

  private static void require(Listed run, String screen, String lack) {
    if (!run.screens().contains(screen)) {
      throw new RefusedException(400, run.id() + " " + lack);
    }
  }

  /// Asked before another model has to go for this one.
  private static void requireSaved(Listed run) {
    // a model of others may lie in several files
    if (run.state() != Listed.State.IMPORTED && !Files.isRegularFile(run.folder().model())) {
      throw new RefusedException(
          400, run.id() + " has saved no weights yet; ask again when it has validated");
    }
  }

  /// The model of a file, as it is now.
  ///
  /// @param file of which it depends whether it is read again; it need not be there
  synchronized <T> T of(Path file, Class<T> kind, Reading<T> reading) throws IOException {
    Key key = new Key(file, kind);
    // An imported model may lie in several files; then it is taken for one that doesn't change.
    long modified = Files.exists(file) ? Files.getLastModifiedTime(file).toMillis() : 0;
    Open known = open.get(key);
    if (known != null && known.modified == modified) {
      return kind.cast(known.model);
    }
    open.remove(key);
    while (open.size() >= MOST) {
      open.remove(open.keySet().iterator().next());
    }
    T model = reading.read();
    open.put(key, new Open(modified, model));
    return model;
  }

  synchronized int count() {
    return open.size();
  }
}
