package jacquard.examples.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  @TempDir private Path folder;

  @Test
  void everyAppendIsOneLineOnTheDiskAtOnce() throws IOException {
    Path path = folder.resolve("metrics.jsonl");
    try (MetricsLog log = MetricsLog.open(path)) {
      log.append(fields("step", 1, "loss", 4.25, "tokens/s", 12_000L));
      assertEquals("{\"step\":1,\"loss\":4.25,\"tokens/s\":12000}\n", Files.readString(path));
      log.append(fields("step", 2, "loss", 0.1f));
    }
    assertEquals("{\"step\":2,\"loss\":0.1}", Files.readAllLines(path).get(1));
  }

  @Test
  void valuesThatJsonLacksAreNull() throws IOException {
    Path path = folder.resolve("metrics.jsonl");
    try (MetricsLog log = MetricsLog.open(path)) {
      log.append(
          fields(
              "a",
              Double.NaN,
              "b",
              Float.POSITIVE_INFINITY,
              "c",
              Double.NEGATIVE_INFINITY,
              "d",
              null,
              "e",
              Double.MIN_VALUE));
    }
    assertEquals(
        "{\"a\":null,\"b\":null,\"c\":null,\"d\":null,\"e\":4.9E-324}",
        Files.readAllLines(path).get(0));
  }

  @Test
  void textIsEscapedAndReadsBack() throws IOException {
    Path path = folder.resolve("metrics.jsonl");
    String odd = "quote \" back \\ line \n tab \t bell \u0007 \u00e9 \ud83e\uddf5 \u2028 end";
    try (MetricsLog log = MetricsLog.open(path)) {
      log.append(fields(odd, odd));
    }
    List<String> lines = Files.readAllLines(path);
    assertEquals(1, lines.size());
    assertEquals(Json.of(Map.of(odd, Json.of(odd))), Json.parse(lines.get(0), "line"));
  }

  @Test
  void openingAgainAppendsBehindATornLine() throws IOException {
    Path path = folder.resolve("metrics.jsonl");
    try (MetricsLog log = MetricsLog.open(path)) {
      log.append(fields("step", 1));
    }
    Files.writeString(path, Files.readString(path) + "{\"step\":2,\"lo");
    try (MetricsLog log = MetricsLog.open(path)) {
      log.append(fields("step", 3));
    }
    try (MetricsLog log = MetricsLog.open(path)) {
      log.append(fields("step", 4));
    }
    assertEquals(
        List.of("{\"step\":1}", "{\"step\":2,\"lo", "{\"step\":3}", "{\"step\":4}"),
        Files.readAllLines(path));
  }

  @Test
  void configReadsBackInOrder() throws IOException {
    Path path = folder.resolve("config.json");
    Map<String, @Nullable Object> model = fields("layers", 4, "dropout", 0.1f, "bias", true);
    Files.writeString(path, "an older one, longer than the new one".repeat(50));
    MetricsLog.writeConfig(
        path,
        fields(
            "recipe",
            "gpt",
            "seed",
            Long.MAX_VALUE,
            "data",
            null,
            "model",
            model,
            "betas",
            Arrays.asList(0.9, 0.95, null)));
    Json.Fields read = MetricsLog.readConfig(path);
    assertEquals(
        List.of("recipe", "seed", "data", "model", "betas"), List.copyOf(read.values().keySet()));
    assertEquals("gpt", read.field("recipe").asText());
    assertEquals(Long.MAX_VALUE, read.field("seed").asLong());
    assertEquals(new Json.Null(), read.field("data"));
    assertEquals(4, read.field("model").field("layers").asInt());
    assertEquals(0.1, read.field("model").field("dropout").asDouble());
    assertTrue(read.field("model").field("bias").asBoolean());
    assertEquals(3, read.field("betas").items().size());
    assertTrue(Files.readString(path).startsWith("{\n  \"recipe\": \"gpt\",\n"));
    // A field that was read is written the same again.
    Path copy = folder.resolve("copy.json");
    MetricsLog.writeConfig(copy, read.values());
    assertEquals(Files.readString(path), Files.readString(copy));
  }

  @Test
  void whatIsNoConfigIsOneLineNamingTheFile() throws IOException {
    Path missing = folder.resolve("none.json");
    Path list = folder.resolve("list.json");
    Path torn = folder.resolve("torn.json");
    Files.writeString(list, "[1]");
    Files.writeString(torn, "{\"a\": 1");
    for (Path path : List.of(missing, list, torn)) {
      FormatException error =
          assertThrows(FormatException.class, () -> MetricsLog.readConfig(path));
      assertTrue(error.toString().contains(path.toString()), error.toString());
    }
    assertThrows(FormatException.class, () -> MetricsLog.open(missing.resolve("m.jsonl")));
  }

  @Test
  void otherTypesAreRefusedBeforeAnythingIsWritten() throws IOException {
    Path path = folder.resolve("metrics.jsonl");
    try (MetricsLog log = MetricsLog.open(path)) {
      assertThrows(
          IllegalArgumentException.class, () -> log.append(fields("a", 1, "b", new int[1])));
    }
    assertEquals(0, Files.size(path));
  }

  @Test
  void linesOfLaterStepsAreCutOff() throws IOException {
    Path path = folder.resolve("metrics.jsonl");
    MetricsLog.cut(path, 3); // there is none yet
    String first = "{\"step\":0,\"val_loss\":4.0}\n{\"step\":10,\"loss\":3.0}\n";
    String later = "{\"step\":20,\"loss\":2.5}\n{\"step\":30,\"loss\":2.0}\n{\"step\":4";
    Files.writeString(path, first + later);
    assertEquals(4, MetricsLog.read(path).size(), "the line that is cut short is none");
    MetricsLog.cut(path, 19);
    assertEquals(first, Files.readString(path));
    MetricsLog.cut(path, 10);
    assertEquals(first, Files.readString(path));
    MetricsLog.cut(path, -1);
    assertEquals("", Files.readString(path));
  }

  @Test
  void onlyTheEndIsCut() throws IOException {
    Path path = folder.resolve("metrics.jsonl");
    String odd = "{\"step\":5}\nnonsense\n{\"step\":7}\n";
    Files.writeString(path, odd + "nonsense\n{\"step\":\n");
    MetricsLog.cut(path, 7);
    assertEquals(odd, Files.readString(path));
  }

  private static Map<String, @Nullable Object> fields(@Nullable Object... namesAndValues) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
    }
    return map;
  }
}
