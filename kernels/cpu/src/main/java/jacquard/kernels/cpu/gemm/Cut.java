package jacquard.kernels.cpu.gemm;

import java.util.Optional;

/// How a product is cut where there is a choice. None of them changes a bit of a result: an element
/// is one chain of multiply-adds over k, wherever it is interrupted.
///
/// @param inPlace whether A is read where it is, or else copied into tiles first
/// @param longestK longest block of k
/// @param blockRows most rows of a block
/// @param byBlocks whether B is packed one block of k at a time, or else all of k at once
/// @param rowsApart whether blocks of rows are computed in memory of their own and copied to C
record Cut(boolean inPlace, int longestK, int blockRows, boolean byBlocks, boolean rowsApart) {
  private static final int FIELDS = 5;

  Cut withInPlace(boolean to) {
    return new Cut(to, longestK, blockRows, byBlocks, rowsApart);
  }

  Cut withLongestK(int to) {
    return new Cut(inPlace, to, blockRows, byBlocks, rowsApart);
  }

  Cut withBlockRows(int to) {
    return new Cut(inPlace, longestK, to, byBlocks, rowsApart);
  }

  Cut withByBlocks(boolean to) {
    return new Cut(inPlace, longestK, blockRows, to, rowsApart);
  }

  Cut withRowsApart(boolean to) {
    return new Cut(inPlace, longestK, blockRows, byBlocks, to);
  }

  /// The fields as words, for a file.
  String text() {
    return "%b %d %d %b %b".formatted(inPlace, longestK, blockRows, byBlocks, rowsApart);
  }

  /// What [#text()] has written; empty for anything else.
  static Optional<Cut> parse(String text) {
    String[] words = text.split(" ");
    try {
      Cut cut =
          words.length == FIELDS
              ? new Cut(
                  Boolean.parseBoolean(words[0]),
                  Integer.parseInt(words[1]),
                  Integer.parseInt(words[2]),
                  Boolean.parseBoolean(words[3]),
                  Boolean.parseBoolean(words[4]))
              : new Cut(false, 0, 0, false, false);
      return cut.longestK > 0 && cut.blockRows > 0 && cut.text().equals(text)
          ? Optional.of(cut)
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
