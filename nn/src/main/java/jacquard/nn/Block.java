package jacquard.nn;

import jacquard.tensor.Tensor;
import java.util.function.UnaryOperator;

/// A transformer block with the norms in front: `x += attention(norm1(x))`, `x += mlp(norm2(x))`;
/// `[B, T, D]` to `[B, T, D]`.
///
/// @param norm1 in front of the attention
/// @param attention the attention part
/// @param norm2 in front of the feed-forward part
/// @param mlp the feed-forward part
public record Block(Layer norm1, SelfAttention attention, Layer norm2, Mlp mlp) implements Layer {

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = x.add(attention.forward(norm1.forward(x, pass), pass));
    return feedForward(y, pass);
  }

  /// The same on rows `[B * T, D]`.
  Tensor rows(Tensor x, int batch, Pass pass) {
    return feedForward(x.add(attention.rows(norm1.forward(x, pass), batch, pass)), pass);
  }

  /// The same on a chunk of rows, see [SelfAttention].
  Tensor rows(Tensor x, KeyValueCache cache, Chunk chunk, Pass pass) {
    return feedForward(x.add(attention.rows(norm1.forward(x, pass), cache, chunk, pass)), pass);
  }

  Block withDropout(Dropout dropout) {
    return new Block(norm1, attention.withDropout(dropout), norm2, mlp.withDropout(dropout));
  }

  Block withLinears(UnaryOperator<Linear> change) {
    return new Block(norm1, attention.withLinears(change), norm2, mlp.withLinears(change));
  }

  private Tensor feedForward(Tensor x, Pass pass) {
    return x.add(mlp.forward(norm2.forward(x, pass), pass));
  }

  @Override
  public Parts parts() {
    return Parts.of(norm1, attention, norm2, mlp);
  }
}
