package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The texts in a JSON file.
///
///     Texts = [Texts...] | "text" | {"text": "..."} | {"paragraphs" or "content": ["line"... or Texts...]}
///
/// A list of strings under `paragraphs` or `content` is one text, a line for each; so chinese-poetry
/// has its poems. Other fields, the title or the author, are left out.
final class JsonTexts {
  private static final List<String> FIELDS = List.of("text", "paragraphs", "content");

  private JsonTexts() {}

  /// @throws FormatException if `json` is none of these
  static List<String> of(Json json) throws FormatException {
    List<String> texts = new ArrayList<>();
    add(texts, json);
    return texts;
  }

  private static void add(List<String> texts, Json json) throws FormatException {
    switch (json) {
      case Json.Text(String text) -> texts.add(text);
      case Json.Items(List<Json> items) -> {
        for (Json item : items) {
          add(texts, item);
        }
      }
      case Json.Fields(Map<String, Json> fields) -> addField(texts, fields);
      case Json.Int _, Json.Real _, Json.Flag _, Json.Null _ ->
          throw new FormatException("found " + json + ", expected a text");
    }
  }

  private static void addField(List<String> texts, Map<String, Json> fields)
      throws FormatException {
    for (String name : FIELDS) {
      Json value = fields.get(name);
      if (value != null) {
        String lines = lines(value);
        if (lines == null) {
          add(texts, value);
        } else {
          texts.add(lines);
        }
        return;
      }
    }
    throw new FormatException(
        "found fields %s, expected one of %s".formatted(fields.keySet(), FIELDS));
  }

  /// The strings of a list as lines, null if it isn't one of strings alone.
  private static @Nullable String lines(Json value) throws FormatException {
    if (!(value instanceof Json.Items(List<Json> items))
        || !items.stream().allMatch(item -> item instanceof Json.Text)) {
      return null;
    }
    List<String> lines = new ArrayList<>();
    for (Json item : items) {
      lines.add(item.asText());
    }
    return String.join("\n", lines);
  }
}
