package jacquard.examples.board;

import jacquard.examples.view.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A run's folder, written by hand.
record WrittenRun(Path path) {

  static WrittenRun of(Path path, String recipe, int steps, String created) throws IOException {
    Files.createDirectories(path.resolve("samples"));
    MetricsLog.writeConfig(
        path.resolve("config.json"),
        Map.of(
            "recipe",
            recipe,
            "created",
            created,
            "steps",
            steps,
            "options",
            Map.of("--lr", "1e-3", "--from", List.of("a", "b"))));
    return new WrittenRun(path);
  }

  /// One line of metrics more.
  WrittenRun line(int step, double loss) throws IOException {
    try (MetricsLog log = MetricsLog.open(metrics())) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("step", step);
      line.put("loss", loss);
      log.append(line);
    }
    return this;
  }

  Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  WrittenRun sample(int step, String text) throws IOException {
    Files.writeString(path.resolve("samples/step-" + step + ".txt"), text);
    return this;
  }
}
