package jacquard.examples.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.tensorboard.EventFile;
import jacquard.examples.tensorboard.Histogram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Links out of a run, one for each kind of file that is opened of it.
class BoardLinksTest {
  private static final String SECRET = "secret42";

  @TempDir Path temp;

  private Path elsewhere;
  private WrittenRun evil;
  private BoardServer server;

  @BeforeEach
  void start() throws IOException {
    Path runs = Files.createDirectory(temp.resolve("runs"));
    elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    evil = WrittenRun.of(runs.resolve("evil"), "gpt", 5, "2026-01-01");
    server = BoardServer.start(runs, 0);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /// Puts a link to something elsewhere in the run.
  private void link(String name, Path target) throws IOException {
    Path link = evil.path().resolve(name);
    Files.createDirectories(link.getParent());
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, target.toAbsolutePath());
  }

  private Path file(String name, String text) throws IOException {
    Path file = elsewhere.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private void refused(String name, String path) throws IOException {
    refused(name, Wire.get(server, path + "?run=evil"));
  }

  private static void refused(String name, Wire.Answer answer) {
    assertEquals(403, answer.status(), answer::body);
    assertTrue(answer.body().startsWith(name + " leads out of its run"), answer::body);
  }

  /// What the feed says of the run until another one begins.
  private void notTold(String name) throws IOException {
    try (Wire wire = Wire.begin(server, "GET", "events?run=evil", "")) {
      awaitSafely(wire, "\"problem\":\"" + name + " leads out of its run");
      WrittenRun.of(evil.path().resolveSibling("other"), "gpt", 5, "2026-01-01");
      awaitSafely(wire, "\"id\":\"other\"");
    }
  }

  /// Reads up to a line that contains `part`.
  private static void awaitSafely(Wire wire, String part) throws IOException {
    String line;
    do {
      line = wire.in().readLine();
      assertNotNull(line, "ended before " + part);
      assertFalse(line.contains(SECRET), line);
    } while (!line.contains(part));
  }

  @Test
  void configurationsAreNotFollowed() throws IOException {
    String options = "{\"--x\": \"" + SECRET + "\"}";
    String config = "{\"recipe\": \"gpt\", \"steps\": 5, \"options\": " + options + "}";
    link("config.json", file("config.json", config));
    refused("config.json", "samples");
    notTold("config.json");
  }

  @Test
  void metricsAreNotFollowed() throws IOException {
    link(
        "metrics.jsonl",
        file("metrics.jsonl", "{\"step\": 1, \"loss\": 1, \"x\": \"" + SECRET + "\"}\n"));
    notTold("metrics.jsonl");
  }

  @Test
  void metricsThatBecomeALinkAreNotFollowed() throws IOException {
    evil.line(1, 0.5);
    try (Wire wire = Wire.begin(server, "GET", "events?run=evil", "")) {
      wire.await("event: lines");
      link("metrics.jsonl", file("metrics.jsonl", "{\"step\": 1, \"x\": \"" + SECRET + "\"}\n"));
      awaitSafely(wire, "leads out of its run");
      WrittenRun.of(evil.path().resolveSibling("other"), "gpt", 5, "2026-01-01");
      awaitSafely(wire, "\"id\":\"other\"");
    }
  }

  @Test
  void weightsAreNotFollowed() throws IOException {
    link("model.safetensors", file("model.safetensors", SECRET));
    refused("model.safetensors", Wire.post(server, "write", asked("")));
    refused("model.safetensors", Wire.post(server, "attention", asked("")));
    notTold("model.safetensors");
  }

  private static String asked(String checkpoint) {
    return "{\"run\": \"evil\", \"checkpoint\": \""
        + checkpoint
        + "\", \"options\": {}, \"text\": \"a\"}";
  }

  @Test
  void checkpointsAreNotFollowed() throws IOException {
    link("checkpoints/best.safetensors", file("best.safetensors", SECRET));
    refused("best.safetensors", Wire.post(server, "write", asked("best")));
    refused("best.safetensors", "checkpoints");
    Files.delete(evil.path().resolve("checkpoints/best.safetensors"));
    link("checkpoints", file("checkpoints/step-000001.safetensors", SECRET).getParent());
    refused("checkpoints", Wire.post(server, "attention", asked("step-000001")));
    refused("checkpoints", "checkpoints");
  }

  @Test
  void tokenizersAreNotFollowed() throws IOException {
    link("tokenizer.json", file("tokenizer.json", "{\"x\": \"" + SECRET + "\"}"));
    refused("tokenizer.json", Wire.post(server, "attention", asked("")));
  }

  @Test
  void eventFilesAreNotFollowed() throws IOException {
    try (EventFile events = EventFile.in(elsewhere)) {
      events.histograms(1, Map.of("weights/a.weight", Histogram.of(new float[] {1, 3})));
    }
    Path file = EventFile.allIn(elsewhere).getFirst();
    String name = file.getFileName().toString();
    link(name, file);
    refused(name, "weights");
    refused(name, Wire.get(server, "spread?run=evil&of=weights/a.weight"));
  }

  @Test
  void samplesAndPicturesAreNotFollowed() throws IOException {
    link("loss.png", file("loss.png", SECRET));
    refused("loss.png", Wire.get(server, "picture?run=evil&name=loss"));
    Files.delete(evil.path().resolve("loss.png"));
    link("samples/step-1.txt", file("samples/step-1.txt", SECRET));
    refused("step-1.txt", Wire.get(server, "sample?run=evil&step=1"));
    Files.delete(evil.path().resolve("samples/step-1.txt"));
    link("samples", elsewhere.resolve("samples"));
    refused("samples", "samples");
    refused("samples", Wire.get(server, "sample?run=evil&step=1"));
  }

  @Test
  void linksWithinARunAndToFoldersThatNobodyReadsAreFine() throws IOException {
    evil.sample(2, "two");
    link("samples/step-3.txt", evil.path().resolve("samples/step-2.txt"));
    link("data", elsewhere);
    assertEquals("two", Wire.get(server, "sample?run=evil&step=3").body());
    Files.createSymbolicLink(evil.path().resolveSibling("linked"), evil.path().toAbsolutePath());
    assertEquals("two", Wire.get(server, "sample?run=linked&step=3").body());
  }
}
