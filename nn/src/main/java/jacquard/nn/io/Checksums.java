package jacquard.nn.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Checksums inside a safetensors file: in its metadata, `crc32c` is an object with the CRC-32C of
/// each tensor's bytes, and `crc32c_header` that of everything before the data, the header's length
/// included, taken with eight zeros in the place of its own digits. So no byte is left out.
///
/// Other readers see two more strings of metadata.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4">CRC-32C</a>
final class Checksums {
  static final String OF_TENSORS = "crc32c";
  static final String OF_HEADER = "crc32c_header";

  private static final String NONE_YET = "00000000";

  // Only a key can look like this: within names and values, quotes are escaped.
  private static final byte[] FIELD = ("\"" + OF_HEADER + "\":\"").getBytes(StandardCharsets.UTF_8);

  private static final int CHUNK = 1 << 16;

  private Checksums() {}

  /// The metadata with the checksums of `tensors` and a place for the header's.
  static Map<String, String> added(Collection<StoredTensor> tensors, Map<String, String> metadata) {
    Map<String, Json> sums = new LinkedHashMap<>();
    for (StoredTensor tensor : tensors) {
      sums.put(tensor.name(), Json.of(hex(tensor.crc32c())));
    }
    Map<String, String> all = new LinkedHashMap<>(metadata);
    for (String name : new String[] {OF_TENSORS, OF_HEADER}) {
      if (all.containsKey(name)) {
        throw new IllegalArgumentException(
            "safetensors: metadata can't hold '" + name + "', the checksums use that name");
      }
    }
    all.put(OF_TENSORS, Json.of(sums).toString());
    all.put(OF_HEADER, NONE_YET);
    return all;
  }

  /// Puts the header's checksum into its place.
  ///
  /// @param length the eight bytes before the header
  /// @param header made with metadata from [#added]; changed
  static void seal(byte[] length, byte[] header) {
    byte[] digits = hex(headerSum(length, header)).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, header, place(header), digits.length);
  }

  /// @throws FormatException if a checksum is missing or wrong
  static void verify(
      String source,
      byte[] length,
      byte[] header,
      Map<String, String> metadata,
      Collection<StoredTensor> tensors)
      throws FormatException {
    String sum = metadata.get(OF_HEADER);
    String sums = metadata.get(OF_TENSORS);
    if (sum == null || sums == null) {
      throw new FormatException("safetensors: " + source + ": holds no checksums");
    }
    byte[] zeroed = header.clone();
    int place = place(zeroed);
    if (place < 0 || place + NONE_YET.length() > zeroed.length) {
      throw new FormatException(
          "safetensors: " + source + ": holds its header's checksum in a form that nobody writes");
    }
    System.arraycopy(
        NONE_YET.getBytes(StandardCharsets.US_ASCII), 0, zeroed, place, NONE_YET.length());
    require("safetensors: " + source + ": the header", sum, headerSum(length, zeroed));
    Map<String, Json> expected = Json.parse(sums, source).fields();
    for (StoredTensor tensor : tensors) {
      Json one = expected.get(tensor.name());
      require(tensor.where().stripTrailing(), one == null ? null : one.asText(), tensor.crc32c());
    }
  }

  private static void require(String what, @Nullable String expected, int actual)
      throws FormatException {
    String found = hex(actual);
    if (!found.equals(expected)) {
      throw new FormatException(
          what
              + " has checksum "
              + found
              + ", expected "
              + (expected == null
                  ? "one that the header names"
                  : FormatException.printable(expected, 20))
              + "; the file is damaged");
    }
  }

  private static int headerSum(byte[] length, byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(length);
    crc.update(header);
    return (int) crc.getValue();
  }

  /// Where the digits of the header's checksum begin, or -1.
  private static int place(byte[] header) {
    for (int at = 0; at + FIELD.length <= header.length; at++) {
      if (Arrays.equals(header, at, at + FIELD.length, FIELD, 0, FIELD.length)) {
        return at + FIELD.length;
      }
    }
    return -1;
  }

  static int crc(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    byte[] chunk = new byte[(int) Math.min(CHUNK, bytes.byteSize())];
    for (long at = 0; at < bytes.byteSize(); at += chunk.length) {
      int count = (int) Math.min(chunk.length, bytes.byteSize() - at);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, chunk, 0, count);
      crc.update(chunk, 0, count);
    }
    return (int) crc.getValue();
  }

  private static String hex(int value) {
    return "%08x".formatted(value);
  }
}
