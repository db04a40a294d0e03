package jacquard.kernels.csource;

import jacquard.tensor.DType;

/// Text by which an operand of [TensorTiles] comes into shared memory and from there to the lanes.
/// In it `@` stands for the operand's side, `a` or `b`; `x` is a row of the left or a column of the
/// right, `k` a term.
///
/// @param byTerms whether its terms lie together in shared memory, rather than its rows or columns
/// @param wide whether it is f32
/// @param aligned whether what lies together in memory begins at multiples of 16 bytes and is
///   copied by them
/// @param buffer number of its buffer
/// @param shared declares what items share beside the tiles
/// @param begin for each tile of the result
/// @param copy starts to copy 16 bytes of the next tile
/// @param step for each tile of the terms, before `fetch`
/// @param fetch reads 16 bytes of the next tile into registers, ahead of a multiplication
/// @param place writes them to shared memory after it
record TensorOperand(
    boolean byTerms,
    boolean wide,
    boolean aligned,
    int buffer,
    String shared,
    String begin,
    String copy,
    String step,
    String fetch,
    String place) {

  /// An operand in whose memory terms, rows or columns lie together, so that nothing but copies is
  /// needed.
  ///
  /// @param byTerms whether it is terms that do
  /// @param aligned whether every 16 bytes of them begin at a multiple of 16
  /// @param along where from `p@` on term `k`, or row or column `at`, lies
  /// @param apart distance of the rows or columns, or of the terms
  static TensorOperand copied(
      DType dtype, int buffer, boolean byTerms, boolean aligned, String along, String apart) {
    boolean wide = dtype == DType.F32;
    String function = aligned ? "cp_async" : wide ? "copy_float" : "copy_u16";
    String text =
        byTerms
            ? """
            const i32 x = e / PARTS, c = e % PARTS, k = k0 + c * SIZE, at = FIRST + x;
            const i32 more = at < COUNT ? end - k : 0, count = more < 0 ? 0 : more < SIZE ? more : SIZE;
            COPY(@s + PLACE, BUFFER + (count ? p@ + at * APART + ALONG : 0), count * (16 / SIZE));
            """
            : """
            const i32 x = e / (WIDTH / SIZE), c = e % (WIDTH / SIZE), k = k0 + x, at = FIRST + c * SIZE;
            const i32 more = k < end ? COUNT - at : 0, count = more < 0 ? 0 : more < SIZE ? more : SIZE;
            COPY(@s + PLACE, BUFFER + (count ? p@ + ALONG + k * APART : 0), count * (16 / SIZE));
            """;
    String copy =
        text.strip().replace("COPY", function).replace("ALONG", along).replace("APART", apart);
    return new TensorOperand(byTerms, wide, aligned, buffer, "", "", copy, "", "", "");
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
    return on(side, copy.replace("PLACE", place).replace("PARTS", parts).replace("WIDTH", width));
  }

  /*
   * An item stays with one place along the axis that lies together in memory, so that the items of a warp read neighbours, and
   * reads 16 bytes' worth along the other axis, which becomes the innermost of shared memory: where it is depends on the place
   * and on something that is the same for all items, and elements are turned on the way. Half of a tile is read ahead of each
   * half of a multiplication, for the sake of registers.
   */
  private static final String FETCH =
      """
      if (kk < LOADS && next < rounds) {
        #pragma unroll
        for (i32 q = 0; q < SIZE; q++) {
          const i32 e = (item + kk * 256) / LANES * SIZE + q;
          ELEMENT
        }
      }
      """;

  private static final String PLACE = "if (kk < LOADS && next < rounds) PACK(@s + MAJOR, read);";

  /// An operand whose elements are looked up one by one.
  ///
  /// @param byTerms whether an item stays with a row or column and reads its terms, rather than
  ///   with a term
  /// @param element sets `read[q]` to row, column or term `e` of the tile
  static TensorOperand lookedUp(
      DType dtype,
      int buffer,
      boolean byTerms,
      String shared,
      String begin,
      String step,
      String element) {
    boolean wide = dtype == DType.F32;
    String lanes = byTerms ? "TILE" : "DEPTH";
    String major =
        byTerms
            ? "k_major(item % TILE, (item + kk * 256) / TILE, SIZE)"
            : "x_major(item % DEPTH, (item + kk * 256) / DEPTH, SIZE, TILE)";
    return new TensorOperand(
        byTerms,
        wide,
        false,
        buffer,
        shared,
        begin,
        "",
        step,
        FETCH.replace("LANES", lanes).replace("ELEMENT", element.strip()).strip(),
        PLACE.replace("PACK", wide ? "pack_float" : "pack_u16").replace("MAJOR", major));
  }

  /// An operand whose terms lie anywhere, and whose rows or columns a distance apart.
  ///
  /// @param along where from `p@` on term `k` lies
  /// @param apart distance of the rows or columns
  static TensorOperand termByTerm(DType dtype, int buffer, String along, String apart) {
    String step =
        """
        i32 term@ = -1;
        { const i32 k = k0 + item % DEPTH; if (k < end) term@ = p@ + ALONG; }
        """
            .replace("ALONG", along);
    String element =
        "const i32 at = FIRST + e; read[q] = term@ >= 0 && at < COUNT ? BUFFER[term@ + at * APART] : (MEMORY)0;"
            .replace("APART", apart);
    return lookedUp(dtype, buffer, false, "", "", step, element);
  }

  boolean isCopied() {
    return fetch.isEmpty();
  }

  /// `k` or `x`: which axis lies together.
  char letter() {
    return byTerms ? 'k' : 'x';
  }

  /// One of the texts for the left or right operand.
  String on(char side, String text) {
    boolean left = side == 'a';
    return text.replace('@', side)
        .replace("FIRST", left ? "i0" : "j0")
        .replace("COUNT", left ? "m" : "n")
        .replace("BUFFER", "b" + buffer);
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
            ? "ldmatrix(%s, from%s + k_major(%s + eight + %s * 8, kk * 2 + %s, SIZE));"
                .formatted(to, side, first, x, k)
            : wide
                ? oneByOne(side, to, first)
                : "ldmatrix_trans(%s, from%s + x_major(kk * 16 + eight + %s * 8, (%s) / 8 + %s, SIZE, TILE));"
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
      %s[q] = BITS_OF(from%s[x_major(k, x / 4, SIZE, TILE) + x %% 4]);
    }\
    """
        .formatted(first, left ? "q % 2" : "q / 2", left ? "q / 2" : "q % 2", to, side);
  }
}
