package jacquard.nn.text;

import java.util.Arrays;

/// Values of pairs of ids, in open addressing: a lookup allocates nothing.
final class PairMap {
  static final long NONE = -1;

  // A key holds two ids of 31 bits, so that no key is -1.
  private long[] keys;
  private long[] values;
  private int size;

  PairMap(int expected) {
    int capacity = Integer.highestOneBit(Math.max(8, expected) * 2 - 1) << 1;
    keys = new long[capacity];
    values = new long[capacity];
    Arrays.fill(keys, NONE);
  }

  static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  static int left(long key) {
    return (int) (key >>> 32);
  }

  static int right(long key) {
    return (int) key;
  }

  int size() {
    return size;
  }

  /// The value of a pair, or [#NONE].
  long get(long key) {
    int at = at(key);
    return keys[at] == key ? values[at] : NONE;
  }

  void put(long key, long value) {
    int at = at(key);
    if (keys[at] != key) {
      keys[at] = key;
      if (++size > keys.length / 2) {
        grow();
        at = at(key);
      }
    }
    values[at] = value;
  }

  private int at(long key) {
    long hash = key * 0x9E3779B97F4A7C15L;
    int at = (int) (hash >>> 32) & keys.length - 1;
    while (keys[at] != key && keys[at] != NONE) {
      at = at + 1 & keys.length - 1;
    }
    return at;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new long[keys.length];
    Arrays.fill(keys, NONE);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != NONE) {
        int at = at(oldKeys[i]);
        keys[at] = oldKeys[i];
        values[at] = oldValues[i];
      }
    }
  }
}
