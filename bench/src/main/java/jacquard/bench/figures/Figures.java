package jacquard.bench.figures;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The figures of a file, in its order.
public final class Figures {
  private Figures() {}

  /// Reads the lines that are an object of JSON about a workload. Other objects (start-up, memory),
  /// superseded ones and what isn't an object (a tool's own output) are passed over. So is an
  /// object that breaks off, as a program leaves it that was stopped while it printed; that is
  /// told.
  ///
  /// @param command whose error it is
  /// @param file what engines printed
  /// @param remarks told of what breaks off, a line each
  /// @return what was measured, which may be nothing
  /// @throws FormatException if the file can't be read, or a whole object has a wrong field
  public static List<Figure> read(String command, Path file, Consumer<String> remarks)
      throws FormatException {
    List<String> lines;
    try {
      // not Files.readAllLines: what a tool says in another encoding is passed over like the rest
      lines = new String(Files.readAllBytes(file), UTF_8).lines().map(String::strip).toList();
    } catch (IOException e) {
      throw FormatException.unreadable(command, file, e);
    }
    List<Figure> figures = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String place = command + ": " + file + ":" + (i + 1);
      Optional<Json> json = whole(lines.get(i), place, remarks);
      if (json.isEmpty()
          || json.get().optional("workload") == null
          || json.get().optional("superseded") != null) {
        continue;
      }
      try {
        figures.add(Figure.of(json.get()));
      } catch (FormatException e) {
        throw new FormatException(place + ": " + e.getMessage(), e);
      }
    }
    return figures;
  }

  private static Optional<Json> whole(String line, String place, Consumer<String> remarks) {
    if (!line.startsWith("{")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.parse(line, "line"));
    } catch (FormatException e) {
      remarks.accept(place + ": passed over, no whole JSON: " + e.getMessage());
      return Optional.empty();
    }
  }
}
