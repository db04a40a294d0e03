package jacquard.nn.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Characters from bytes of UTF-8 that come in parts cut anywhere. Bytes that are no UTF-8 become
/// U+FFFD, as many as `new String(bytes, UTF_8)` makes of them.
final class Utf8Stream {
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  // The beginning of a character, at most three bytes, ready to be read.
  private ByteBuffer begun = ByteBuffer.allocate(0);

  String next(byte... bytes) {
    ByteBuffer in =
        begun.hasRemaining()
            ? ByteBuffer.allocate(begun.remaining() + bytes.length).put(begun).put(bytes).flip()
            : ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    decoder.decode(in, out, false);
    begun = in;
    return out.flip().toString();
  }

  String finish() {
    CharBuffer out = CharBuffer.allocate(begun.remaining() + 1);
    decoder.decode(begun, out, true);
    decoder.flush(out);
    decoder.reset();
    begun = ByteBuffer.allocate(0);
    return out.flip().toString();
  }
}
