package jacquard.tensor;

/// Java arrays that are not the storage of a dtype: `boolean[]`.
final class HostArrays {
  private HostArrays() {}

  static byte[] bytes(boolean[] elements) {
    byte[] bytes = new byte[elements.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (elements[i] ? 1 : 0);
    }
    return bytes;
  }

  static boolean[] booleans(byte[] elements) {
    boolean[] truths = new boolean[elements.length];
    for (int i = 0; i < truths.length; i++) {
      truths[i] = elements[i] != 0;
    }
    return truths;
  }
}
