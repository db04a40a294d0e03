package jacquard.nn.text;

import java.util.Arrays;

/// Tokens of a word: token `i` stands for its UTF-16 units `begins[i]` to `ends[i]`.
record Pieces(int[] ids, int[] begins, int[] ends) {
  /// Collects tokens.
  static final class Builder {
    private int[] ids = new int[8];
    private int[] begins = new int[8];
    private int[] ends = new int[8];
    private int count;

    void add(int id, int begin, int end) {
      if (count == ids.length) {
        ids = Arrays.copyOf(ids, 2 * count);
        begins = Arrays.copyOf(begins, 2 * count);
        ends = Arrays.copyOf(ends, 2 * count);
      }
      ids[count] = id;
      begins[count] = begin;
      ends[count++] = end;
    }

    Pieces build() {
      return new Pieces(
          Arrays.copyOf(ids, count), Arrays.copyOf(begins, count), Arrays.copyOf(ends, count));
    }
  }
}
