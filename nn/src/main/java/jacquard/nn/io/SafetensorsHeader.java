package jacquard.nn.io;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The JSON header of a safetensors file, checked against the number of data bytes behind it.
///
/// @param metadata the `__metadata__` object, in the file's order
/// @param tensors in the order of their data
record SafetensorsHeader(Map<String, String> metadata, List<Item> tensors) {
  static final String METADATA = "__metadata__";

  /// One tensor: its data are bytes `from` to `to` (exclusive), counted from the header's end.
  static final class Item {
    final String name;
    final StoredType type;
    final long[] dims;
    final long from;
    final long to;

    Item(String name, StoredType type, long[] dims, long from, long to) {
      this.name = name;
      this.type = type;
      this.dims = dims;
      this.from = from;
      this.to = to;
    }
  }

  // Four levels are all that the format has; names stay far below a million characters.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(4)
                  .maxNameLength(1_000_000)
                  .maxStringLength(100_000_000)
                  .build())
          .build();

  /// @param dataBytes what follows the header in the file
  static SafetensorsHeader parse(String file, ByteBuffer header, long dataBytes)
      throws FormatException {
    return new Reader(file).read(header, dataBytes);
  }

  /* The steps are those of the reference library (safetensors 0.8.0), with three points where the
   * format's text is stricter and wins: see docs/decisions on safetensors. */
  private static final class Reader {
    private final String file;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Item> items = new ArrayList<>();

    Reader(String file) {
      this.file = file;
    }

    SafetensorsHeader read(ByteBuffer header, long dataBytes) throws FormatException {
      CharBuffer text;
      try {
        text = StandardCharsets.UTF_8.newDecoder().decode(header);
      } catch (CharacterCodingException e) {
        throw fail("header is not UTF-8");
      }
      if (text.isEmpty() || text.charAt(0) != '{') {
        throw fail(
            "header starts with "
                + (text.isEmpty() ? "nothing" : "'" + text.charAt(0) + "'")
                + ", expected '{'");
      }
      try (JsonParser json = JSON.createParser(text.array(), text.arrayOffset(), text.length())) {
        json.nextToken();
        readObject(json);
        if (json.nextToken() != null) {
          throw fail("header goes on behind its JSON object at character " + offset(json));
        }
      } catch (JacksonException e) {
        throw fail("header is not valid JSON: " + e.getOriginalMessage());
      } catch (FormatException e) {
        throw e;
      } catch (IOException e) {
        throw fail("header can't be read: " + e.getMessage());
      }
      items.sort(
          Comparator.<Item>comparingLong(item -> item.from).thenComparingLong(item -> item.to));
      check(dataBytes);
      return new SafetensorsHeader(
          Collections.unmodifiableMap(metadata), Collections.unmodifiableList(items));
    }

    private void readObject(JsonParser json) throws IOException {
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = text(json.currentName());
        JsonToken start = json.nextToken();
        if (start != JsonToken.START_OBJECT) {
          throw fail("'" + name + "' is " + json.getText() + ", expected an object");
        }
        if (name.equals(METADATA)) {
          readMetadata(json);
        } else {
          readTensor(json, name);
        }
      }
    }

    private void readMetadata(JsonParser json) throws IOException {
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String key = text(json.currentName());
        if (json.nextToken() != JsonToken.VALUE_STRING) {
          throw fail(METADATA + " '" + key + "' is " + json.getText() + ", expected a string");
        }
        metadata.put(key, text(json.getText()));
      }
    }

    // An escape can spell what no UTF-8 can hold, and what could not be written again.
    private String text(String text) throws FormatException {
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
        throw fail("header is not text: '" + text + "' holds half a surrogate pair");
      }
      return text;
    }

    private void readTensor(JsonParser json, String name) throws IOException {
      @Nullable String type = null;
      long @Nullable [] dims = null;
      long @Nullable [] range = null;
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        switch (field) {
          case "dtype" -> {
            if (value != JsonToken.VALUE_STRING) {
              throw fail(name, "dtype is " + json.getText() + ", expected a string");
            }
            type = json.getText();
          }
          case "shape" -> dims = integers(json, name, field);
          case "data_offsets" -> range = integers(json, name, field);
          default ->
              throw fail(
                  name, "has a field '" + field + "', expected dtype, shape and data_offsets only");
        }
      }
      if (type == null || dims == null || range == null) {
        String missing = type == null ? "dtype" : dims == null ? "shape" : "data_offsets";
        throw fail(name, "has no " + missing);
      }
      StoredType stored = StoredType.named(type);
      if (stored == null) {
        throw fail(
            name,
            "has unknown dtype '"
                + type
                + "', expected one of "
                + Arrays.toString(StoredType.values()));
      }
      if (range.length != 2) {
        throw fail(name, "has " + range.length + " data_offsets, expected 2");
      }
      items.add(new Item(name, stored, dims, range[0], range[1]));
    }

    private long[] integers(JsonParser json, String name, String field) throws IOException {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw fail(name, field + " is " + json.getText() + ", expected an array");
      }
      long[] values = new long[4];
      int count = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getText().startsWith("-")) {
          throw fail(
              name, field + " holds " + json.getText() + ", expected whole numbers from 0 up");
        }
        if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
          throw fail(name, field + " holds " + json.getText() + ", expected less than 2^63");
        }
        if (count == values.length) {
          values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = json.getLongValue();
      }
      return Arrays.copyOf(values, count);
    }

    /// The tensors, sorted by offset, must tile the data: no hole, no overlap, nothing left.
    private void check(long dataBytes) throws FormatException {
      long end = 0;
      String before = "";
      for (Item item : items) {
        String range = "bytes " + item.from + " to " + item.to;
        if (item.to < item.from) {
          throw fail(item.name, "has data_offsets " + item.from + ", " + item.to + " in reverse");
        }
        if (item.from > end) {
          throw fail(
              item.name, "has " + range + ": a hole of " + (item.from - end) + " bytes before it");
        }
        if (item.from < end) {
          throw fail(item.name, "has " + range + ": overlaps '" + before + "' that ends at " + end);
        }
        long size = StoredTensor.byteSize(item.type, item.dims);
        String what = item.type + Arrays.toString(item.dims);
        if (size < 0) {
          throw fail(item.name, what + ": the size overflows, or its bits don't fill whole bytes");
        }
        if (size != item.to - item.from) {
          throw fail(item.name, "has " + range + ", expected " + size + " bytes for " + what);
        }
        end = item.to;
        before = item.name;
      }
      if (end != dataBytes) {
        throw fail(
            "holds "
                + dataBytes
                + " data bytes, expected "
                + end
                + (end > dataBytes ? "; the file is truncated" : "; there are bytes too many"));
      }
    }

    private FormatException fail(String tensor, String what) {
      return fail("tensor '" + tensor + "' " + what);
    }

    private FormatException fail(String what) {
      return new FormatException("safetensors: " + file + ": " + what);
    }

    private static long offset(JsonParser json) {
      return json.currentTokenLocation().getCharOffset();
    }
  }
}
