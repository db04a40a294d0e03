package jacquard.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @TempDir Path folder;

  @Test
  void everyKindIsReadAndWritten() throws Exception {
    String text =
        "{\"a\":[1,-2,3.5,1.0E-7],\"b\":{\"c\":\"\\\"層\\n\"},\"d\":true,\"e\":null,\"f\":[],\"g\":{}}";
    Json json = Json.parse(text, "t");
    assertEquals(text, json.toString());
    assertEquals(json, Json.parse(json.pretty(), "t"));
    assertEquals(-2, json.field("a").items().get(1).asInt());
    assertEquals(1e-7, json.field("a").items().get(3).asDouble());
    assertEquals(1.0, json.field("a").items().get(0).asDouble());
    assertEquals("\"層\n", json.field("b").field("c").asText());
    assertTrue(json.field("d").asBoolean());
    assertEquals(null, json.optional("x"));
  }

  @Test
  void prettyTextHasAFieldALine() {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("model", Json.of("gpt"));
    fields.put("dims", Json.of(1, 2));
    fields.put("rate", Json.of(0.5));
    assertEquals(
        "{\n  \"model\": \"gpt\",\n  \"dims\": [1, 2],\n  \"rate\": 0.5\n}",
        Json.of(fields).pretty().replace("[ ", "[").replace(" ]", "]"));
  }

  @Test
  void numbersWithoutAJsonFormAreNull() {
    assertEquals(
        "[null,null,0.1]",
        Json.of(List.of(Json.of(Double.NaN), Json.of(Double.POSITIVE_INFINITY), Json.of(0.1)))
            .toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,",
        "{\"a\":1,\"a\":2}",
        "1 2",
        "{} x",
        "nul",
        "'a'",
        "01",
        "[1,]",
        "NaN",
        "\"\u0001\"",
        "99999999999999999999",
        "{\"a\"}",
        "\"\\x\"",
        "/**/1"
      })
  void malformedTextIsRefusedInOneLine(String text) {
    FormatException e = assertThrows(FormatException.class, () -> Json.parse(text, "t"));
    assertTrue(e.getMessage().startsWith("json: "), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
    assertFalse(e.getMessage().contains("Source"), e.getMessage());
  }

  @Test
  void aTextThatBreaksOffIsToldWithoutTheParsersOwnNames() {
    assertEquals(
        "json: t: line 2 column 1: Unexpected end-of-input: expected close marker for Object",
        assertThrows(FormatException.class, () -> Json.parse("{\n", "t")).getMessage());
  }

  @Test
  void deepNestingIsRefused() {
    FormatException e =
        assertThrows(FormatException.class, () -> Json.parse("[".repeat(100_000), "t"));
    assertTrue(e.getMessage().contains("depth"), e.getMessage());
  }

  @Test
  void wrongKindsAreNamed() throws Exception {
    Json json = Json.parse("{\"n\":1.5,\"big\":5000000000}", "t");
    assertEquals(
        "json: found 1.5, expected a whole number",
        assertThrows(FormatException.class, () -> json.field("n").asLong()).getMessage());
    assertEquals(
        "json: found 5000000000, expected a whole number of 32 bits",
        assertThrows(FormatException.class, () -> json.field("big").asInt()).getMessage());
    assertEquals(
        "json: has no field 'm', expected it beside [n, big]",
        assertThrows(FormatException.class, () -> json.field("m")).getMessage());
    assertEquals(
        "json: found 1.5, expected an array",
        assertThrows(FormatException.class, () -> json.field("n").items()).getMessage());
  }

  @Test
  void filesThatAreNotUtf8AreRefused() throws Exception {
    Path path = Files.write(folder.resolve("x.json"), new byte[] {'"', (byte) 0xff, '"'});
    assertEquals(
        "json: " + path + ": is not UTF-8",
        assertThrows(FormatException.class, () -> Json.read(path)).getMessage());
  }
}
