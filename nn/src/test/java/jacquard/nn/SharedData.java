package jacquard.nn;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// Finds the project's shared data, which lie beside the checkout and not in it.
public final class SharedData {
  private SharedData() {}

  /// A file or folder under `shared/data`, searched for from the working folder upwards; without it
  /// the calling test is skipped, and says so.
  public static Path path(String name) {
    Path folder = Path.of("").toAbsolutePath();
    for (Path at = folder; at != null; at = at.getParent()) {
      Path found = at.resolve("shared/data").resolve(name);
      if (Files.exists(found)) {
        return found;
      }
    }
    String message = "SKIPPED: no shared/data/" + name + " in " + folder + " or above";
    System.err.println(message);
    return Assumptions.abort(message);
  }
}
