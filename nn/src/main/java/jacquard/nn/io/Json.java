package jacquard.nn.io;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON value: configurations, metrics, tokenizer and index files.
///
///     Json = Items [Json...] | Fields {name: Json...} | Text | Int | Real | Flag | Null
///
/// Reading is strict: duplicate keys, trailing text, more than 500 levels and whole numbers beyond 64
/// bits are refused.
public sealed interface Json {
  record Items(List<Json> values) implements Json {
    public Items {
      values = List.copyOf(values);
    }

    @Override
    public String toString() {
      return text(this, false);
    }
  }

  /// An object, its fields in the file's order.
  record Fields(Map<String, Json> values) implements Json {
    public Fields {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    @Override
    public String toString() {
      return text(this, false);
    }
  }

  record Text(String value) implements Json {
    @Override
    public String toString() {
      return text(this, false);
    }
  }

  record Int(long value) implements Json {
    @Override
    public String toString() {
      return text(this, false);
    }
  }

  /// A number with a fraction or an exponent. JSON has no NaN and no infinity: they are written as
  /// null.
  record Real(double value) implements Json {
    @Override
    public String toString() {
      return text(this, false);
    }
  }

  record Flag(boolean value) implements Json {
    @Override
    public String toString() {
      return text(this, false);
    }
  }

  record Null() implements Json {
    @Override
    public String toString() {
      return "null";
    }
  }

  static Json of(String value) {
    return new Text(value);
  }

  static Json of(long value) {
    return new Int(value);
  }

  static Json of(double value) {
    return new Real(value);
  }

  static Json of(boolean value) {
    return new Flag(value);
  }

  static Json of(List<Json> values) {
    return new Items(values);
  }

  static Json of(long... values) {
    return new Items(Arrays.stream(values).mapToObj(Json::of).toList());
  }

  static Json of(Map<String, Json> values) {
    return new Fields(values);
  }

  /// @param source what error texts call the text
  /// @throws FormatException if the text isn't one JSON value
  static Json parse(String text, String source) throws FormatException {
    try (JsonParser json = JsonTokens.JSON.createParser(text)) {
      json.nextToken();
      Json value = JsonTokens.value(json);
      if (json.nextToken() != null) {
        throw new FormatException(
            "json: "
                + source
                + ": goes on at line "
                + json.currentTokenLocation().getLineNr()
                + " behind its value");
      }
      return value;
    } catch (JacksonException e) {
      throw new FormatException(
          "json: "
              + source
              + ": "
              + (e.getLocation() == null
                  ? ""
                  : "line "
                      + e.getLocation().getLineNr()
                      + " column "
                      + e.getLocation().getColumnNr()
                      + ": ")
              + e.getOriginalMessage(),
          e);
    } catch (IOException e) {
      throw e instanceof FormatException same
          ? same
          : new FormatException("json: " + source + ": " + e.getMessage(), e);
    }
  }

  /// @throws FormatException if the file can't be read, is larger than 256 MiB or isn't one JSON
  ///   value
  static Json read(Path path) throws FormatException {
    try {
      long size = Files.size(path);
      if (size > 1L << 28) {
        throw new FormatException(
            "json: " + path + ": has " + size + " bytes, expected at most " + (1L << 28));
      }
      return parse(Files.readString(path), path.toString());
    } catch (CharacterCodingException e) {
      throw new FormatException("json: " + path + ": is not UTF-8", e);
    } catch (IOException e) {
      throw FormatException.unreadable("json", path, e);
    }
  }

  /// This value on several lines, two spaces deep.
  default String pretty() {
    return text(this, true);
  }

  /// A field of an object.
  ///
  /// @throws FormatException if this isn't an object or has no such field
  default Json field(String name) throws FormatException {
    Json value = fields().get(name);
    if (value == null) {
      throw new FormatException(
          "json: has no field '" + name + "', expected it beside " + fields().keySet());
    }
    return value;
  }

  /// A field of an object, or null if there is none.
  ///
  /// @throws FormatException if this isn't an object
  default @Nullable Json optional(String name) throws FormatException {
    return fields().get(name);
  }

  /// @throws FormatException if this isn't an object
  default Map<String, Json> fields() throws FormatException {
    if (this instanceof Fields(Map<String, Json> values)) {
      return values;
    }
    throw expected("an object");
  }

  /// @throws FormatException if this isn't an array
  default List<Json> items() throws FormatException {
    if (this instanceof Items(List<Json> values)) {
      return values;
    }
    throw expected("an array");
  }

  /// @throws FormatException if this isn't a string
  default String asText() throws FormatException {
    if (this instanceof Text(String value)) {
      return value;
    }
    throw expected("a string");
  }

  /// @throws FormatException if this isn't a whole number
  default long asLong() throws FormatException {
    if (this instanceof Int(long value)) {
      return value;
    }
    throw expected("a whole number");
  }

  /// @throws FormatException if this isn't a whole number of 32 bits
  default int asInt() throws FormatException {
    long value = asLong();
    if (value != (int) value) {
      throw expected("a whole number of 32 bits");
    }
    return (int) value;
  }

  /// @throws FormatException if this isn't a number
  default double asDouble() throws FormatException {
    return switch (this) {
      case Int(long value) -> value;
      case Real(double value) -> value;
      case Items _, Fields _, Text _, Flag _, Null _ -> throw expected("a number");
    };
  }

  /// @throws FormatException if this isn't true or false
  default boolean asBoolean() throws FormatException {
    if (this instanceof Flag(boolean value)) {
      return value;
    }
    throw expected("true or false");
  }

  private FormatException expected(String what) {
    return new FormatException(
        "json: found " + FormatException.printable(toString(), 80) + ", expected " + what);
  }

  private static String text(Json value, boolean pretty) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JsonTokens.JSON.createGenerator(out)) {
      if (pretty) {
        json.setPrettyPrinter(JsonTokens.pretty());
      }
      JsonTokens.write(value, json);
    } catch (IOException e) {
      throw new AssertionError("writing to memory failed", e);
    }
    return out.toString();
  }
}
