package jacquard.kernels.csource;

import jacquard.kernels.View;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import java.util.regex.Pattern;

/// How an operand of [Products] comes into registers ahead of a multiplication, and from there into
/// shared memory after it. In the texts `@` is `a` or `b`.
///
/// @param buffer that it lies in
/// @param terms whether items that follow each other read terms that do, rather than rows or
///   columns
/// @param vectors whether they read [#VECTOR] elements at a time, which lie together
/// @param look statements that set `value` to element `(i, k)` or `(k, j)`, as `buffer[...]`; for
///   vectors, where row or column `y@` begins in the buffer
/// @param apart distance of an element's terms, for vectors
record ProductOperand(String buffer, boolean terms, boolean vectors, String look, String apart) {
  /// Elements that are read in one go.
  static final int VECTOR = 4;

  private static final int ITEMS = Products.SIDE * Products.SIDE;

  private static final String ONE_BY_ONE =
      """
      T next@[LOADS];
      for (i32 l = 0; l < LOADS; l++) {
        const i32 e = item + l * ITEMS, x = X, y = Y;
        const i32 k = k0 + DEPTH + x, NUMBER = FIRST + y;
        T value = 0;
        if (k < last && NUMBER < COUNT) { LOOK }
        next@[l] = value;
      }
      """;

  /// An item's vectors are in one row or column, which ends after `end@` terms. (With a pointer for
  /// `from@`, nvcc 13.0 doesn't come to an end.) Two vectors of terms are 32 bytes, as much as
  /// memory reads at least; they are written below each other, and banks are as far apart as 32
  /// items want.
  private static final String FROM =
      "const i32 x@ = X, y@ = Y + FIRST, end@ = y@ < COUNT ? last - x@ : first; i32 from@ = LOOK + (first + x@) * APART;";

  private static final String BY_VECTORS =
      """
      T next@[4 * LOADS];
      for (i32 l = 0; l < LOADS; l++) {
        for (i32 q = 0; q < 4; q++) next@[4 * l + q] = 0;
        if (INSIDEk0 + DEPTH + l * STEP < end@) load4_DTYPE(next@ + 4 * l, BUFFER + (from@ + l * STEP * APART));
      }
      from@ += DEPTH * APART;
      """;

  private static final String PLACE =
      """
      for (i32 l = 0; l < LOADS; l++) {
        const i32 e = item + l * ITEMS, x = X, y = Y;
        @s[stage + x][y] = next@[l];
      }
      """;

  private static final String PLACE_VECTORS =
      """
      for (i32 l = 0; l < LOADS; l++) {
        INSIDEfor (i32 q = 0; q < 4; q++) @s[stage + x@ + l * STEP + TERM][y@ - FIRST + ROW] = next@[4 * l + q];
      }
      """;

  /// Reads of a look-up.
  private static final Pattern READ = Pattern.compile("value = (b[01])\\[([^\\]]*)\\];");

  /// An operand that is a matrix, or as many as the batch has: item `z` begins at `pa` or `pb`.
  ///
  /// @param side `a`, whose rows are the result's, or `b`, whose columns are
  /// @param rows how many rows or columns
  static ProductOperand ofMatrix(char side, DType dtype, View view, int rows, int depth) {
    boolean left = side == 'a';
    Ints strides = view.strides();
    int row = strides.length() - (left ? 2 : 1);
    int term = strides.length() - (left ? 1 : 2);
    boolean termsLie = strides.get(term) == 1;
    boolean rowsLie = strides.get(row) == 1;
    boolean terms = left ? termsLie || !rowsLie : termsLie && !rowsLie;
    boolean vectors =
        dtype.isFloat()
            && (terms ? termsLie : rowsLie)
            && (terms ? depth : rows) % VECTOR == 0
            && Products.isAligned(VECTOR, strides, view.offset(), terms ? row : term);
    String buffer = left ? "b0" : "b1";
    if (vectors) {
      String look = terms ? "p@ + y@ * @NUMBER" : "p@ + y@";
      return new ProductOperand(buffer, terms, true, look, terms ? "1" : "@k");
    }
    String look = "value = " + buffer + "[p@ + NUMBER * @NUMBER + k * @k];";
    return new ProductOperand(buffer, terms, false, look, "");
  }

  /// How it is read, for the tuner.
  String kind() {
    return (terms ? "k" : "x") + (vectors ? VECTOR : 1);
  }

  /// Statements ahead of a tile's first terms.
  ///
  /// @param side `a` or `b`
  String begin(char side, int tile, int depth) {
    return vectors ? filled(side, tile, depth, FROM) : "";
  }

  /// Statements that read an item's elements of the next `depth` terms.
  ///
  /// @param side `a` or `b`
  /// @param dtype of the buffer's elements
  String fetch(char side, DType dtype, int tile, int depth) {
    if (vectors) {
      String inside = isInside(tile, depth) ? "" : "x@ < DEPTH && ";
      String text = BY_VECTORS.replace("INSIDE", inside).replace("DTYPE", dtype.toString());
      return filled(side, tile, depth, text);
    }
    String typed =
        READ.matcher(filled(side, tile, depth, look))
            .replaceAll(read -> "value = " + CText.load(dtype, read.group(1), read.group(2)) + ";");
    return filled(side, tile, depth, ONE_BY_ONE).replace("LOOK", typed);
  }

  /// Statements that write them to shared memory.
  String place(char side, int tile, int depth) {
    return vectors
        ? filled(side, tile, depth, PLACE_VECTORS)
            .replace("INSIDE", isInside(tile, depth) ? "" : "if (x" + side + " < DEPTH) ")
            .replace("TERM", terms ? "q" : "0")
            .replace("ROW", terms ? "0" : "q")
        : filled(side, tile, depth, PLACE);
  }

  /// Whether all items have a vector.
  private static boolean isInside(int tile, int depth) {
    return tile * depth / VECTOR >= ITEMS;
  }

  private String filled(char side, int tile, int depth, String text) {
    int loads = Math.ceilDiv(tile * depth, vectors ? VECTOR * ITEMS : ITEMS);
    String x = terms ? "e % DEPTH" : "e / TILE";
    String y = terms ? "e / DEPTH" : "e % TILE";
    if (vectors) {
      x = terms ? "(item % 2 + item / (2 * TILE) * 2) * 4" : "item / (TILE / 4)";
      y = terms ? "item / 2 % TILE" : "item % (TILE / 4) * 4";
    }
    boolean left = side == 'a';
    return text.strip()
        .replace("LOADS", Integer.toString(loads))
        .replace("ITEMS", Integer.toString(ITEMS))
        .replace("STEP", Integer.toString(VECTOR * ITEMS / tile))
        .replace("LOOK", vectors ? look : "LOOK")
        .replace(" * APART", apart.equals("1") ? "" : " * " + apart)
        .replace("BUFFER", buffer)
        .replace("NUMBER", left ? "i" : "j")
        .replace("FIRST", left ? "i0" : "j0")
        .replace("COUNT", left ? "m" : "n")
        .replace("= X", "= " + x)
        .replace("= Y", "= " + y)
        .replace('@', side);
  }
}
