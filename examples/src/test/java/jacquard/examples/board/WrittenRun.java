package jacquard.examples.board;

import jacquard.examples.view.ImageGrid;
import jacquard.examples.view.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
    return line(step, Map.of("loss", loss));
  }

  WrittenRun line(int step, Map<String, Double> values) throws IOException {
    try (MetricsLog log = MetricsLog.open(metrics())) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("step", step);
      line.putAll(values);
      log.append(line);
    }
    return this;
  }

  Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /// One line of warnings more.
  WrittenRun warning(int step, String text) throws IOException {
    try (MetricsLog log = MetricsLog.open(path.resolve("warnings.jsonl"))) {
      log.append(Map.of("step", step, "warning", text));
    }
    return this;
  }

  WrittenRun sample(int step, String text) throws IOException {
    Files.writeString(path.resolve("samples/step-" + step + ".txt"), text);
    return this;
  }

  /// A picture of one grey and so many pixels on each side, such as `samples/step-10`.
  WrittenRun picture(String name, int side) throws IOException {
    float[] pixels = new float[side * side];
    Arrays.fill(pixels, 0.5f);
    ImageGrid.of(side, side).withPadding(0).write(path.resolve(name + ".png"), pixels, 1);
    return this;
  }
}
