package jacquard.examples.tensorboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.nn.io.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Reads a protocol-buffer message in the wire format field by field: the other way of [Message].
///
/// After [#next] the field's value is to be read once, by the method of its type, or else it is
/// skipped.
final class Fields {
  private static final int MOST_VARINT_BITS = 63;

  private final ByteBuffer bytes;
  private int tag;
  private boolean unread;

  /// @param bytes all of a message
  Fields(ByteBuffer bytes) {
    this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Goes to the next field; false at the end.
  boolean next() throws FormatException {
    if (unread) {
      skip();
    }
    unread = bytes.hasRemaining();
    tag = unread ? (int) varint() : 0;
    return unread;
  }

  /// The number of the field.
  int field() {
    return tag >>> 3;
  }

  long number() throws FormatException {
    require(Message.VARINT);
    return varint();
  }

  double real() throws FormatException {
    require(Message.FIXED_64);
    return Double.longBitsToDouble(take(Double.BYTES).getLong());
  }

  /// A packed repeated field of 8 bytes each.
  double[] reals() throws FormatException {
    ByteBuffer all = message();
    double[] values = new double[all.remaining() / Double.BYTES];
    all.asDoubleBuffer().get(values);
    return values;
  }

  String text() throws FormatException {
    return UTF_8.decode(message()).toString();
  }

  /// A message in this one, or any bytes.
  ByteBuffer message() throws FormatException {
    require(Message.LENGTH);
    return take(varint());
  }

  private void require(int type) throws FormatException {
    if ((tag & 7) != type || !unread) {
      throw damaged();
    }
    unread = false;
  }

  private void skip() throws FormatException {
    switch (tag & 7) {
      case Message.VARINT -> varint();
      case Message.FIXED_64 -> take(Long.BYTES);
      case Message.LENGTH -> take(varint());
      case Message.FIXED_32 -> take(Integer.BYTES);
      default -> throw damaged();
    }
  }

  private ByteBuffer take(long count) throws FormatException {
    if (count < 0 || count > bytes.remaining()) {
      throw damaged();
    }
    ByteBuffer taken = bytes.slice(bytes.position(), (int) count).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(bytes.position() + (int) count);
    return taken;
  }

  private long varint() throws FormatException {
    long value = 0;
    for (int shift = 0; shift <= MOST_VARINT_BITS && bytes.hasRemaining(); shift += 7) {
      byte part = bytes.get();
      value |= (part & 0x7FL) << shift;
      if (part >= 0) {
        return value;
      }
    }
    throw damaged();
  }

  private static FormatException damaged() {
    return new FormatException("events: a message is damaged");
  }
}
