package jacquard.kernels.csource;

/// How an operand of [TensorTiles] lies in memory.
///
/// @param byTerms whether its terms lie together, rather than its rows (of the left) or columns (of
///   the right)
/// @param wide whether it is f32
/// @param aligned whether what lies together begins at multiples of 16 bytes
record TensorOperand(boolean byTerms, boolean wide, boolean aligned) {
  /// `k` or `x`: which axis lies together.
  char letter() {
    return byTerms ? 'k' : 'x';
  }

  /// Copies part `e` of a tile for [TensorTiles].
  String load(char side) {
    return load(side, "4", "TILE", byTerms ? "k_major(x, c, SIZE)" : "x_major(x, c, SIZE, TILE)");
  }

  /// Copies part `e` of a tile to `as` or `bs`, with zeros for what is outside.
  ///
  /// @param side `a` or `b`
  /// @param parts of 16 bytes that the terms of a tile are
  /// @param width rows or columns of a tile
  /// @param place of part `c` of row `x`, or of term `x` where terms lie apart
  String load(char side, String parts, String width, String place) {
    boolean left = side == 'a';
    String copy = aligned ? "cp_async" : wide ? "copy_float" : "copy_u16";
    String text =
        byTerms
            ? """
            const i32 x = e / PARTS, c = e % PARTS, k = k0 + c * SIZE, at = FIRST + x;
            const i32 more = at < COUNT ? end - k : 0, count = more < 0 ? 0 : more < SIZE ? more : SIZE;
            COPY(Ss + PLACE, BUFFER + (count ? pS + at * SX + k : 0), count * (16 / SIZE));
            """
            : """
            const i32 x = e / (WIDTH / SIZE), c = e % (WIDTH / SIZE), k = k0 + x, at = FIRST + c * SIZE;
            const i32 more = k < end ? COUNT - at : 0, count = more < 0 ? 0 : more < SIZE ? more : SIZE;
            COPY(Ss + PLACE, BUFFER + (count ? pS + at + k * Sk : 0), count * (16 / SIZE));
            """;
    return text.strip()
        .replace("COPY", copy)
        .replace("PLACE", place)
        .replace("PARTS", parts)
        .replace("WIDTH", width)
        .replace("FIRST", left ? "i0" : "j0")
        .replace("COUNT", left ? "m" : "n")
        .replace("BUFFER", left ? "b0" : "b1")
        .replace("SX", left ? "ai" : "bj")
        .replace("Ss", side + "s")
        .replace("pS", "p" + side)
        .replace("Sk", side + "k");
  }

  /// Four matrices of 8 by 8: of the left, two down and then two along k; of the right, two along k
  /// and then two across.
  String fragment(char side) {
    boolean left = side == 'a';
    String x = left ? "(lane >> 3 & 1)" : "(lane >> 4)";
    String k = left ? "(lane >> 4)" : "(lane >> 3 & 1)";
    String first = left ? "wi + u * 16" : "wj + v * 16";
    String to = left ? "a[u]" : "b[2 * v]";
    String read =
        byTerms
            ? "ldmatrix(%s, %ss + k_major(%s + eight + %s * 8, kk * 2 + %s, SIZE));"
                .formatted(to, side, first, x, k)
            : wide
                ? oneByOne(side, to, first)
                : "ldmatrix_trans(%s, %ss + x_major(kk * 16 + eight + %s * 8, (%s) / 8 + %s, SIZE, TILE));"
                    .formatted(to, side, k, first, x);
    return wide
        ? read + " for (i32 q = 0; q < 4; q++) %s[q] = tf32(%s[q]);".formatted(to, to)
        : read;
  }

  /// The elements of an f32 operand whose terms are apart.
  private static String oneByOne(char side, String to, String first) {
    boolean left = side == 'a';
    return """
    for (i32 q = 0; q < 4; q++) {
      const i32 x = %s + lane / 4 + %s * 8, k = kk * 8 + four + %s * 4;
      %s[q] = BITS_OF(%ss[x_major(k, x / 4, SIZE, TILE) + x %% 4]);
    }\
    """
        .formatted(first, left ? "q % 2" : "q / 2", left ? "q / 2" : "q % 2", to, side);
  }
}
