package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import org.jspecify.annotations.Nullable;

/// The length that encodings of a `tokenizer.json` are cut to and filled up to.
///
/// @param most tokens, or -1 for any number
/// @param cutLeft the first tokens go, not the last
/// @param length to fill up to, 0 for none
/// @param multiple what the length is made a multiple of
/// @param left fills at the front
record Padding(
    int most,
    boolean cutLeft,
    int length,
    int multiple,
    boolean left,
    int id,
    String token,
    int typeId) {
  static Padding read(@Nullable Json truncation, @Nullable Json padding) throws FormatException {
    int most = truncation == null ? -1 : truncation.field("max_length").asInt();
    boolean cutLeft = truncation != null && "Left".equals(Components.text(truncation, "direction"));
    if (padding == null) {
      return new Padding(most, cutLeft, 0, 1, false, 0, "", 0);
    }
    Json strategy = padding.field("strategy");
    // A batch of one is as long as its longest.
    int length = strategy instanceof Json.Text ? 0 : strategy.field("Fixed").asInt();
    Json multiple = Components.present(padding, "pad_to_multiple_of");
    return new Padding(
        most,
        cutLeft,
        length,
        multiple == null ? 1 : Math.max(1, multiple.asInt()),
        "Left".equals(Components.text(padding, "direction")),
        padding.field("pad_id").asInt(),
        padding.field("pad_token").asText(),
        padding.field("pad_type_id").asInt());
  }

  /// Tokens to add to `count`.
  int missing(int count) {
    int whole = Math.max(length, count);
    return (whole + multiple - 1) / multiple * multiple - count;
  }
}
