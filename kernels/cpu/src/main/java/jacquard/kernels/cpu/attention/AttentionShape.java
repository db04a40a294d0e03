package jacquard.kernels.cpu.attention;

/// Sizes and layout of an attention: queries `[B, T, H, E]`, keys and values `[B, S, H, E]`.
///
/// @param batch B
/// @param heads H
/// @param queries T
/// @param keys S
/// @param size E
/// @param causal whether query `t` sees only keys `0 .. t`
/// @param scale factor of the scores
/// @param q layout of the queries
/// @param k layout of the keys
/// @param v layout of the values
public record AttentionShape(
    int batch,
    int heads,
    int queries,
    int keys,
    int size,
    boolean causal,
    float scale,
    Strides q,
    Strides k,
    Strides v) {

  /// Distances in elements between neighbours along the first three axes of an operand; along the
  /// last they lie side by side.
  ///
  /// @param batch distance between neighbours along B
  /// @param position distance along T or S
  /// @param head distance along H
  public record Strides(int batch, int position, int head) {

    /// Those of a contiguous `[B, positions, H, E]`.
    ///
    /// @param positions T or S
    /// @param heads H
    /// @param size E
    /// @return strides of row-major order
    public static Strides contiguous(int positions, int heads, int size) {
      return new Strides(positions * heads * size, heads * size, size);
    }

    int offset(int b, int h) {
      return b * batch + h * head;
    }
  }

  /// Whether the heads of a position lie side by side in `q`, `k` and `v`.
  boolean headsTogether() {
    return q.head() == size && k.head() == size && v.head() == size;
  }

  /// Batch items times heads.
  int items() {
    return batch * heads;
  }

  /// Keys that at least one of the queries below `end` sees.
  int seen(int end) {
    return causal ? Math.min(keys, end) : keys;
  }
}
