package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import jacquard.nn.io.Json;
import jacquard.nn.io.Safetensors;
import jacquard.nn.io.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Compares what two runs have left.
final class RunFiles {
  private RunFiles() {}

  /// All metrics but times, weights, samples, and every state in the last checkpoint, to the last
  /// bit.
  static void assertSame(Path expected, Path actual) throws IOException {
    assertEquals(metrics(expected), metrics(actual));
    assertArrayEquals(
        Files.readAllBytes(expected.resolve("model.safetensors")),
        Files.readAllBytes(actual.resolve("model.safetensors")));
    assertEquals(files(expected.resolve("samples")), files(actual.resolve("samples")));
    assertEquals(states(lastCheckpoint(expected)), states(lastCheckpoint(actual)));
  }

  /// The lines of metrics without what they say of time.
  static List<Json> metrics(Path run) throws IOException {
    List<Json> lines = new ArrayList<>();
    for (Json line : TrainTest.metrics(run)) {
      Map<String, Json> fields = new LinkedHashMap<>(line.fields());
      fields.keySet().removeIf(name -> name.equals("ms") || name.endsWith("_per_s"));
      lines.add(Json.of(fields));
    }
    assertFalse(lines.isEmpty());
    return lines;
  }

  static List<Path> checkpoints(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("step-"))
          .sorted()
          .toList();
    }
  }

  static Path lastCheckpoint(Path run) throws IOException {
    return checkpoints(run).getLast();
  }

  private static Map<String, List<Byte>> states(Path checkpoint) throws IOException {
    Map<String, List<Byte>> states = new TreeMap<>();
    states.put(checkpoint.getFileName().toString(), List.of());
    try (Safetensors file = Safetensors.open(checkpoint)) {
      for (StoredTensor tensor : file.tensors().values()) {
        states.put(tensor.toString(), list(tensor.toByteArray()));
      }
    }
    return states;
  }

  private static Map<String, List<Byte>> files(Path folder) throws IOException {
    Map<String, List<Byte>> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), list(Files.readAllBytes(file)));
      }
    }
    assertFalse(contents.isEmpty());
    return contents;
  }

  private static List<Byte> list(byte[] bytes) {
    List<Byte> list = new ArrayList<>(bytes.length);
    for (byte b : bytes) {
      list.add(b);
    }
    return list;
  }
}
