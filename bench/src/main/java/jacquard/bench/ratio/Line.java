package jacquard.bench.ratio;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A workload's time, as engines print it: a JSON object on a line of its own.
///
/// @param millis median of a step
record Line(String peer, String workload, int threads, double millis) {
  private static final String FUSED_ATTENTION = "-sdpa";

  /// The workload that this is a way to compute: libtorch's fused attention is a second way.
  String base() {
    return workload.endsWith(FUSED_ATTENTION)
        ? workload.substring(0, workload.length() - FUSED_ATTENTION.length())
        : workload;
  }

  /// The timed workloads of a file. Other objects (start-up, memory), superseded ones and what
  /// isn't an object (a tool's own output) are passed over.
  ///
  /// @throws FormatException if the file can't be read, an object is malformed, or no workload is
  ///   in it
  static List<Line> read(Path path) throws FormatException {
    List<Line> lines = new ArrayList<>();
    List<String> text;
    try {
      text = Files.readAllLines(path);
    } catch (IOException e) {
      throw FormatException.unreadable("ratio", path, e);
    }
    for (int i = 0; i < text.size(); i++) {
      String line = text.get(i).strip();
      if (line.startsWith("{")) {
        read(line, path + ":" + (i + 1), lines);
      }
    }
    if (lines.isEmpty()) {
      throw new FormatException(
          "ratio: " + path + ": holds no timed workload, expected lines of JSON with ms_per_step");
    }
    return lines;
  }

  private static void read(String text, String place, List<Line> lines) throws FormatException {
    Json json = Json.parse(text, place);
    Json millis = json.optional("ms_per_step");
    if (millis == null || json.optional("superseded") != null) {
      return;
    }
    try {
      lines.add(
          new Line(
              json.field("peer").asText(),
              json.field("workload").asText(),
              json.field("threads").asInt(),
              positive(millis.asDouble())));
    } catch (FormatException e) {
      throw new FormatException("ratio: " + place + ": " + e.getMessage(), e);
    }
  }

  private static double positive(double millis) throws FormatException {
    if (!(millis > 0)) {
      throw new FormatException("ms_per_step is " + millis + ", expected above 0");
    }
    return millis;
  }
}
