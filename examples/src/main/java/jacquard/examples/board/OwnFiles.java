package jacquard.examples.board;

import jacquard.examples.board.Gate.RefusedException;
import jacquard.examples.recipe.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Keeps what is opened of a run within its folder: who can write there could else have any file of
/// this machine shown by a link.
///
/// Models, logs and event files are opened by classes that know nothing of the board. So it asks
/// once, before a run is listed or used, for links among all files that they may open.
final class OwnFiles {
  private OwnFiles() {}

  /// Nothing of a run but its samples, which are many and asked for one by one, is a link that
  /// leads out of it. A link to a folder that the board doesn't look into is none of its business.
  ///
  /// @throws RefusedException if something is
  static void require(RunFolder run) throws IOException {
    List<Path> folders = List.of(run.samples(), run.checkpoints());
    for (Path folder : List.of(run.path(), run.checkpoints())) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          if (Files.isSymbolicLink(file) && (folders.contains(file) || !Files.isDirectory(file))) {
            require(run, file);
          }
        }
      } catch (NoSuchFileException | NotDirectoryException e) {
        // a model of others has no checkpoints
      }
    }
  }

  /// A file is not, and doesn't lie behind, a link that leads out of its run.
  ///
  /// @throws RefusedException if it does; not if there is no such file
  static void require(RunFolder run, Path file) throws IOException {
    Path real;
    try {
      real = file.toRealPath();
    } catch (NoSuchFileException e) {
      return;
    }
    if (!real.startsWith(run.path().toRealPath())) {
      throw new RefusedException(
          403, file.getFileName() + " leads out of its run; put there what it leads to");
    }
  }
}
