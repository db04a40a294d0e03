package jacquard.bench.device;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What was measured, as lines of JSON tell it.
final class Figures {
  /// One of them.
  ///
  /// @param peer who computed it
  /// @param what a workload or a kernel
  /// @param millis of a step or of a run, NaN where it isn't told
  /// @param gflops of a product, else NaN
  /// @param gigabytes read and written in a second, NaN where that isn't told
  record Figure(String peer, String what, double millis, double gflops, double gigabytes) {}

  private final List<Figure> all;

  private Figures(List<Figure> all) {
    this.all = List.copyOf(all);
  }

  /// Lines of all files that are an object with a workload; others are a tool's own words.
  ///
  /// @throws FormatException if a file can't be read, or an object is malformed
  static Figures read(List<Path> files) throws FormatException {
    List<Figure> all = new ArrayList<>();
    for (Path file : files) {
      List<String> lines;
      try {
        lines = Files.readAllLines(file);
      } catch (IOException e) {
        throw FormatException.unreadable("targets", file, e);
      }
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).startsWith("{")) {
          Json json = Json.parse(lines.get(i), "targets: " + file + ":" + (i + 1));
          if (json.optional("workload") != null) {
            all.add(
                new Figure(
                    json.field("peer").asText(),
                    json.field("workload").asText(),
                    number(json.optional("ms_per_step")),
                    number(json.optional("gflops")),
                    number(json.optional("gb_per_s"))));
          }
        }
      }
    }
    return new Figures(all);
  }

  private static double number(@Nullable Json json) throws FormatException {
    return json == null ? Double.NaN : json.asDouble();
  }

  List<Figure> all() {
    return all;
  }

  /// The last one of this name, by a peer whose name ends so.
  Optional<Figure> find(String what, String peerEnd) {
    return all.stream()
        .filter(f -> f.what.equals(what) && f.peer.endsWith(peerEnd))
        .reduce((_, last) -> last);
  }
}
