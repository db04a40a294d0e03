package jacquard.examples.tensorboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/// A protocol-buffer message in the wire format, written field by field.
///
/// @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
final class Message {
  static final int VARINT = 0;
  static final int FIXED_64 = 1;
  static final int LENGTH = 2;
  static final int FIXED_32 = 5;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  Message number(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  Message real(int field, double value) {
    tag(field, FIXED_64);
    fixed(Double.doubleToRawLongBits(value), Double.BYTES);
    return this;
  }

  Message real(int field, float value) {
    tag(field, FIXED_32);
    fixed(Float.floatToRawIntBits(value), Float.BYTES);
    return this;
  }

  /// A packed repeated field.
  Message reals(int field, double[] values) {
    tag(field, LENGTH);
    varint((long) values.length * Double.BYTES);
    for (double value : values) {
      fixed(Double.doubleToRawLongBits(value), Double.BYTES);
    }
    return this;
  }

  Message text(int field, String value) {
    return bytes(field, value.getBytes(UTF_8));
  }

  Message bytes(int field, byte[] value) {
    tag(field, LENGTH);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  Message message(int field, Message value) {
    return bytes(field, value.toByteArray());
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  private void tag(int field, int type) {
    varint((long) field << 3 | type);
  }

  /// Seven bits a byte, the low ones first.
  private void varint(long value) {
    long left = value;
    while ((left & ~0x7FL) != 0) {
      bytes.write((int) (left & 0x7F | 0x80));
      left >>>= 7;
    }
    bytes.write((int) left);
  }

  private void fixed(long bits, int count) {
    for (int i = 0; i < count; i++) {
      bytes.write((int) (bits >>> 8 * i));
    }
  }
}
