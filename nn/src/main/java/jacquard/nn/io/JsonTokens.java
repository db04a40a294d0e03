package jacquard.nn.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Json to and from tokens.
final class JsonTokens {
  static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final DefaultIndenter INDENT = new DefaultIndenter("  ", "\n");
  private static final Separators SEPARATORS =
      Separators.createDefaultInstance()
          .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
          .withArrayEmptySeparator("")
          .withObjectEmptySeparator("");

  private JsonTokens() {}

  static DefaultPrettyPrinter pretty() {
    return new DefaultPrettyPrinter().withObjectIndenter(INDENT).withSeparators(SEPARATORS);
  }

  /// The value whose first token is the current one.
  static Json value(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    if (token == null) {
      throw new FormatException("json: ends before its value");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Json> fields = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
          String name = json.currentName();
          json.nextToken();
          fields.put(name, value(json));
        }
        yield new Json.Fields(fields);
      }
      case START_ARRAY -> {
        List<Json> items = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(json));
        }
        yield new Json.Items(items);
      }
      case VALUE_STRING -> new Json.Text(json.getText());
      case VALUE_NUMBER_INT -> new Json.Int(json.getLongValue());
      case VALUE_NUMBER_FLOAT -> new Json.Real(json.getDoubleValue());
      case VALUE_TRUE -> new Json.Flag(true);
      case VALUE_FALSE -> new Json.Flag(false);
      case VALUE_NULL -> new Json.Null();
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new FormatException("json: found " + token + ", expected a value");
    };
  }

  static void write(Json value, JsonGenerator json) throws IOException {
    switch (value) {
      case Json.Fields(Map<String, Json> fields) -> {
        json.writeStartObject();
        for (Map.Entry<String, Json> field : fields.entrySet()) {
          json.writeFieldName(field.getKey());
          write(field.getValue(), json);
        }
        json.writeEndObject();
      }
      case Json.Items(List<Json> items) -> {
        json.writeStartArray();
        for (Json item : items) {
          write(item, json);
        }
        json.writeEndArray();
      }
      case Json.Text(String text) -> json.writeString(text);
      case Json.Int(long number) -> json.writeNumber(number);
      case Json.Real(double number) -> {
        if (Double.isFinite(number)) {
          json.writeNumber(number);
        } else {
          json.writeNull();
        }
      }
      case Json.Flag(boolean flag) -> json.writeBoolean(flag);
      case Json.Null() -> json.writeNull();
    }
  }
}
