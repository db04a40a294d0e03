package jacquard.kernels.csource;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Names for texts that differ whenever the texts do.
final class TextHash {
  /// Bytes of a binary's hash.
  static final int BYTES = 32;

  private TextHash() {}

  /// 32 hexadecimal digits.
  static String of(String... parts) {
    MessageDigest digest = digest();
    for (String part : parts) {
      digest.update(part.getBytes(UTF_8));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  /// [#BYTES] bytes.
  static byte[] of(byte[] binary) {
    return digest().digest(binary);
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is in every JDK", e);
    }
  }
}
