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
  /// An array.
  ///
  /// @param values what it holds, in order
  record Items(List<Json> values) implements Json {
    /// Copies the list.
    public Items {
      values = List.copyOf(values);
    }

    @Override
    public String toString() {
      return text(this, false);
    }
  }

  /// An object, its fields in the file's order.
  ///
  /// @param values what it holds, in order
  record Fields(Map<String, Json> values) implements Json {
    /// Copies the map, in its order.
    public Fields {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    @Override
    public String toString() {
      return text(this, false);
    }
  }

  /// A string.
  ///
  /// @param value the value
  record Text(String value) implements Json {
    @Override
    public String toString() {
      return text(this, false);
    }
  }

  /// A number without fraction and exponent.
  ///
  /// @param value the value
  record Int(long value) implements Json {
    @Override
    public String toString() {
      return text(this, false);
    }
  }

  /// A number with a fraction or an exponent. JSON has no NaN and no infinity: they are written as
  /// null.
  ///
  /// @param value the value
  record Real(double value) implements Json {
    @Override
    public String toString() {
      return text(this, false);
    }
  }

  /// True or false.
  ///
  /// @param value the value
  record Flag(boolean value) implements Json {
    @Override
    public String toString() {
      return text(this, false);
    }
  }

  /// Null.
  record Null() implements Json {
    @Override
    public String toString() {
      return "null";
    }
  }

  /// {@return a string}
  ///
  /// @param value the value
  static Json of(String value) {
    return new Text(value);
  }

  /// {@return a whole number}
  ///
  /// @param value the value
  static Json of(long value) {
    return new Int(value);
  }

  /// {@return a number}
  ///
  /// @param value the value
  static Json of(double value) {
    return new Real(value);
  }

  /// {@return true or false}
  ///
  /// @param value the value
  static Json of(boolean value) {
    return new Flag(value);
  }

  /// {@return an array}
  ///
  /// @param values what it holds, in order
  static Json of(List<Json> values) {
    return new Items(values);
  }

  /// {@return an array of whole numbers}
  ///
  /// @param values what it holds, in order
  static Json of(long... values) {
    return new Items(Arrays.stream(values).mapToObj(Json::of).toList());
  }

  /// {@return an object, its fields in the map's order}
  ///
  /// @param values what it holds, in order
  static Json of(Map<String, Json> values) {
    return new Fields(values);
  }

  /// Reads a text.
  ///
  /// @param text a JSON text
  /// @param source what error texts call the text
  /// @return the value
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
              + e.getOriginalMessage().replaceFirst(" ?\\(start marker at \\[[^\\]]*\\]\\)", ""),
          e);
    } catch (IOException e) {
      throw e instanceof FormatException same
          ? same
          : new FormatException("json: " + source + ": " + e.getMessage(), e);
    }
  }

  /// Reads a file.
  ///
  /// @param path the file
  /// @return the value
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

  /// {@return this value on several lines, two spaces deep}
  default String pretty() {
    return text(this, true);
  }

  /// A field of an object.
  ///
  /// @param name name of the field
  /// @return the field
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
  /// @param name name of the field
  /// @return the field or null
  /// @throws FormatException if this isn't an object
  default @Nullable Json optional(String name) throws FormatException {
    return fields().get(name);
  }

  /// The fields of an object, in the file's order.
  ///
  /// @return the fields
  /// @throws FormatException if this isn't an object
  default Map<String, Json> fields() throws FormatException {
    if (this instanceof Fields(Map<String, Json> values)) {
      return values;
    }
    throw expected("an object");
  }

  /// The values of an array.
  ///
  /// @return the values
  /// @throws FormatException if this isn't an array
  default List<Json> items() throws FormatException {
    if (this instanceof Items(List<Json> values)) {
      return values;
    }
    throw expected("an array");
  }

  /// The text of a string.
  ///
  /// @return the text
  /// @throws FormatException if this isn't a string
  default String asText() throws FormatException {
    if (this instanceof Text(String value)) {
      return value;
    }
    throw expected("a string");
  }

  /// A whole number.
  ///
  /// @return the number
  /// @throws FormatException if this isn't a whole number
  default long asLong() throws FormatException {
    if (this instanceof Int(long value)) {
      return value;
    }
    throw expected("a whole number");
  }

  /// A whole number that fits an `int`.
  ///
  /// @return the number
  /// @throws FormatException if this isn't a whole number of 32 bits
  default int asInt() throws FormatException {
    long value = asLong();
    if (value != (int) value) {
      throw expected("a whole number of 32 bits");
    }
    return (int) value;
  }

  /// Any number.
  ///
  /// @return the number
  /// @throws FormatException if this isn't a number
  default double asDouble() throws FormatException {
    return switch (this) {
      case Int(long value) -> value;
      case Real(double value) -> value;
      case Items _, Fields _, Text _, Flag _, Null _ -> throw expected("a number");
    };
  }

  /// True or false.
  ///
  /// @return the value
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
