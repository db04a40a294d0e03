package jacquard.nn;

import org.jspecify.annotations.Nullable;

/// What the feed-forward part of a transformer block is like, see [Mlp].
///
/// @param hidden width inside
/// @param activation between the two
/// @param gated whether another projection of the input multiplies what the activation gives
public record FeedForward(int hidden, Activation activation, boolean gated) {

  /// Refuses sizes below 1.
  ///
  /// @throws IllegalArgumentException if the width is below 1
  public FeedForward {
    if (hidden < 1) {
      throw new IllegalArgumentException("mlp: hidden width " + hidden + ", expected at least 1");
    }
  }

  /// GPT-2's: GELU in its tanh form, four times as wide as the residual stream of `dim`.
  ///
  /// @param dim width of the residual stream
  /// @return the choice
  public static FeedForward gelu(int dim) {
    return new FeedForward(Math.multiplyExact(4, dim), Activation.GELU, false);
  }

  /// SwiGLU with about as many parameters as [#gelu]: three matrices, eight thirds as wide as
  /// `dim`, rounded up to a multiple of 8.
  ///
  /// @param dim width of the residual stream
  /// @return the choice
  /// @see <a href="https://arxiv.org/abs/2002.05202">Shazeer: GLU variants improve transformer</a>
  public static FeedForward swiglu(int dim) {
    return new FeedForward(Math.toIntExact((8L * dim / 3 + 7) / 8 * 8), Activation.SILU, true);
  }

  /// @param residual initial weight of the projection back into the residual stream
  Mlp make(
      Init init, int dim, Initialiser wide, Initialiser residual, boolean bias, Dropout dropout) {
    @Nullable Initialiser zero = bias ? Initialiser.zeros() : null;
    return new Mlp(
        Linear.of(init.at("fc"), dim, gated ? 2 * hidden : hidden, wide, zero),
        Linear.of(init.at("projection"), hidden, dim, residual, zero),
        activation,
        gated,
        dropout);
  }
}
