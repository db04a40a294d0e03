package jacquard.examples.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell;
import jacquard.examples.board.Gate.RefusedException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the board answers with models that were trained for some steps; without a browser.
class BoardModelsTest {
  @TempDir static Path temp;

  private static BoardServer server;

  @BeforeAll
  static void start() throws IOException {
    TrainedRuns.write(temp);
    server = BoardServer.start(temp, 0);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String asked(String run, String checkpoint, Map<String, String> options) {
    Map<String, Json> given = new LinkedHashMap<>();
    options.forEach((name, value) -> given.put(name, Json.of(value)));
    return Json.of(
            Map.of(
                "run", Json.of(run), "checkpoint", Json.of(checkpoint), "options", Json.of(given)))
        .toString();
  }

  /// The lines that a text is sent in.
  private static List<Json> write(String run, Map<String, String> options) throws IOException {
    Wire.Answer answer = Wire.post(server, "write", asked(run, "", options));
    assertEquals(200, answer.status(), answer::body);
    List<Json> lines = new java.util.ArrayList<>();
    for (String line : answer.body().split("\r?\n")) {
      if (line.startsWith("{")) { // between them are the sizes of HTTP's chunks
        lines.add(Json.parse(line, "line"));
      }
    }
    return lines;
  }

  private static String text(List<Json> lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Json line : lines.subList(0, lines.size() - 1)) {
      text.append(line.field("text").asText());
    }
    assertTrue(lines.getLast().fields().containsKey("millis"), lines::toString);
    return text.toString();
  }

  @Test
  void aTextComesInPartsAndIsWhatSampleWrites() throws IOException {
    List<Json> lines =
        write(
            "gpt",
            Map.of("--prompt", "ab\u00e9\ud83e\uddf5", "--length", "40", "--temperature", "2"));
    assertTrue(lines.size() > 5, lines::toString);
    Shell.Result sample =
        Shell.jacquard(
            "sample",
            temp.resolve("gpt").toString(),
            "--prompt=ab\u00e9\ud83e\uddf5",
            "--length=40",
            "--temperature=2");
    assertEquals(sample.out(), text(lines).lines().toList());
  }

  @Test
  void aModelInTheLayoutOfOthersWritesAndAttends() throws IOException {
    Path out = temp.resolve("exported");
    Shell.Result result =
        Shell.jacquard("export", temp.resolve("gpt").toString(), "--out", out.toString());
    assertEquals(0, result.exit(), result::toString);
    assertTrue(text(write("exported", Map.of("--prompt", "ab", "--length", "9"))).startsWith("ab"));
    assertEquals(3, attention("exported", "", "abc").field("tokens").items().size());
  }

  @Test
  void aModelThatFillsGapsFillsThem() throws IOException {
    String filled = text(write("mlm", Map.of("--prompt", "ab_d_f")));
    assertTrue(filled.matches("(?s)ab.d.f\n"), filled);
    assertTrue(
        error(write("mlm", Map.of("--prompt", "abc"))).contains("expected at least one"), "no gap");
  }

  private static String error(List<Json> lines) throws IOException {
    return lines.getLast().field("error").asText();
  }

  @Test
  void whatCannotBeWrittenIsALine() throws IOException {
    assertTrue(error(write("gpt", Map.of("--temperature", "-1"))).contains("--temperature is -1"));
    assertTrue(error(write("gpt", Map.of("--length", "many"))).contains("many"));
    Wire.Answer out = Wire.post(server, "write", asked("gpt", "", Map.of("--out", "/tmp/x")));
    assertEquals(400, out.status());
    assertTrue(out.body().startsWith("option --out is not to be had here"), out::body);
    Wire.Answer many = Wire.post(server, "write", asked("gpt", "", Map.of("--count", "17")));
    assertEquals(
        "400 --count is 17, expected at most 16 on the board",
        many.status() + " " + many.body().strip());
    for (String length : List.of("1000001", "99999999999999999999")) {
      assertEquals(
          400, Wire.post(server, "write", asked("gpt", "", Map.of("--length", length))).status());
    }
    Wire.Answer path = Wire.post(server, "write", asked("gpt", "../x", Map.of()));
    assertEquals(400, path.status());
    assertTrue(path.body().contains("checkpoint is '../x'"), path::body);
    assertEquals(404, Wire.post(server, "write", asked("../gpt", "", Map.of())).status());
    assertEquals(400, Wire.post(server, "write", asked("vae", "", Map.of())).status());
    assertEquals(400, Wire.post(server, "write", "{").status());
    assertEquals(413, Wire.post(server, "write", "x".repeat(100_000)).status());
    assertEquals(405, Wire.get(server, "write").status());
  }

  @Test
  @Timeout(60)
  void writingEndsWhenTheBrowserGoesAway() throws IOException {
    String endless = asked("gpt", "", Map.of("--prompt", "a", "--length", "1000000"));
    try (Wire wire = Wire.begin(server, "POST", "write", endless)) {
      wire.await("{\"text\"");
      assertTrue(server.busy() > 0);
    }
    while (server.busy() > 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static Json attention(String run, String checkpoint, String text) throws IOException {
    String asked =
        Json.of(
                Map.of(
                    "run", Json.of(run), "checkpoint", Json.of(checkpoint), "text", Json.of(text)))
            .toString();
    Wire.Answer answer = Wire.post(server, "attention", asked);
    assertEquals(200, answer.status(), answer::body);
    return Json.parse(answer.body(), "attention");
  }

  @Test
  void rowsOfAttentionSumToOneAndLookBack() throws IOException {
    Json found = attention("gpt", "", "abcde");
    assertEquals(
        Json.of(List.of("a", "b", "c", "d", "e").stream().map(Json::of).toList()),
        found.field("tokens"));
    int heads = found.field("heads").asInt();
    assertEquals(2, heads);
    Json layer = found.field("layers").items().getFirst();
    ByteBuffer weights =
        ByteBuffer.wrap(Base64.getDecoder().decode(layer.asText())).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(2 * heads * 5 * 5, weights.remaining());
    for (int row = 0; row < heads * 5; row++) {
      int sum = 0;
      for (int s = 0; s < 5; s++) {
        int weight = weights.getShort() & 0xffff;
        assertEquals(s > row % 5, weight == 0, row + " " + s);
        sum += weight;
      }
      assertEquals(65_535, sum, 5);
    }
    assertEquals(25 - 16, attention("gpt", "", "abcde".repeat(5)).field("dropped").asInt());
    assertNotEquals(
        found.field("layers"),
        attention("gpt", "step-000000", "abcde").field("layers"),
        "other weights");
    assertEquals("_", attention("mlm", "", "a_c").field("tokens").items().get(1).asText());
    assertEquals(
        400,
        Wire.post(server, "attention", "{\"run\": \"gpt\", \"text\": \"\"}").status(),
        "nothing to look at");
  }

  @Test
  void checkpointsAreListed() throws IOException {
    Json all = Json.parse(Wire.get(server, "checkpoints?run=gpt").body(), "checkpoints");
    List<Json> names = all.field("checkpoints").items();
    assertEquals(Json.of("best"), names.getFirst());
    assertEquals(Json.of("step-000004"), names.get(1), "the newest first");
    assertEquals(Json.of("step-000000"), names.getLast());
  }

  @Test
  void aPlaceOfALatentSpaceHasAPicture() throws IOException {
    Json map = Json.parse(Wire.get(server, "latent?run=vae").body(), "latent");
    assertEquals(10, map.field("x").items().size());
    assertEquals(10, map.field("labels").items().size());
    assertEquals(6, map.field("width").asInt());
    Wire.Answer near = Wire.get(server, "drawn?run=vae&x=0&y=0&class=0");
    assertEquals(200, near.status());
    assertTrue(near.head().toLowerCase(java.util.Locale.ROOT).contains("content-length: 36"));
    assertNotEquals(near.body(), Wire.get(server, "drawn?run=vae&x=9&y=-9&class=0").body());
    assertEquals(400, Wire.get(server, "drawn?run=vae&x=NaN&y=0&class=0").status());
    assertEquals(400, Wire.get(server, "drawn?run=vae&x=0&y=0&class=1").status());
    assertEquals(400, Wire.get(server, "latent?run=gpt").status());
  }

  @Test
  void whatIsRefusedEvictsNoModel() throws IOException {
    Models models = new Models();
    AtomicInteger read = new AtomicInteger();
    for (String name : List.of("a", "b")) {
      models.of(temp.resolve(name), Integer.class, read::incrementAndGet);
    }
    Catalogue catalogue = new Catalogue(temp);
    Listed run = catalogue.run("gpt");
    for (String checkpoint : List.of("step-999999", "../x", "")) {
      RefusedException why =
          assertThrows(RefusedException.class, () -> models.text(run, checkpoint));
      assertTrue(why.getMessage().contains("expected one of [best, "), why::getMessage);
    }
    WrittenRun.of(temp.resolve("fresh"), "vae", 5, "2026-01-01");
    Listed fresh = catalogue.run("fresh");
    RefusedException why = assertThrows(RefusedException.class, () -> models.latent(fresh));
    assertTrue(why.getMessage().contains("has saved no weights yet"), why::getMessage);
    for (String name : List.of("a", "b")) {
      models.of(temp.resolve(name), Integer.class, read::incrementAndGet);
    }
    assertEquals(2, read.get(), "both are still open");
  }

  @Test
  void modelsAreReadOnceAndAgainWhenTheyChangeAndFewAreKept() throws IOException {
    Path file = Files.writeString(temp.resolve("weights"), "1");
    AtomicInteger read = new AtomicInteger();
    Models models = new Models();
    Models.Reading<Integer> reading = read::incrementAndGet;
    Integer first = models.of(file, Integer.class, reading);
    assertSame(first, models.of(file, Integer.class, reading));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    assertEquals(2, models.of(file, Integer.class, reading));
    for (String other : List.of("a", "b", "c")) {
      models.of(temp.resolve(other), Integer.class, reading);
    }
    assertEquals(2, models.count());
    assertEquals(6, models.of(file, Integer.class, reading), "it had to go");
    assertEquals(6, read.get());
  }
}
