package jacquard.nn;

import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// A decoder-only transformer with learned positions and pre-norm blocks: tokens `[B, T]` to logits
/// `[B, T, vocabulary]`.
///
/// Initial values are nanoGPT's: normal with deviation 0.02, projections into the residual stream
/// divided by `sqrt(2 layers)`, biases 0.
///
/// @param tokens `[vocabulary, dim]`
/// @param positions `[context, dim]`
/// @param norm before the head
/// @param head `[vocabulary, dim]`, not tied to `tokens`
public record Gpt(
    Config config,
    Embedding tokens,
    Embedding positions,
    List<Block> blocks,
    LayerNorm norm,
    Linear head)
    implements Module {
  private static final double DEVIATION = 0.02;

  /// @param vocabulary number of tokens
  /// @param context most positions that a sequence may have
  /// @param dim width of the residual stream
  /// @param bias whether norms and linear layers in the blocks have biases
  /// @param dropout probability, 0 for none
  public record Config(
      int vocabulary, int context, int dim, int heads, int layers, boolean bias, double dropout) {
    /// @throws IllegalArgumentException if a size is below 1
    public Config {
      if (Math.min(Math.min(vocabulary, context), Math.min(Math.min(dim, heads), layers)) < 1) {
        throw new IllegalArgumentException(
            "gpt: vocabulary "
                + vocabulary
                + ", context "
                + context
                + ", dim "
                + dim
                + ", heads "
                + heads
                + ", layers "
                + layers
                + ", expected at least 1 each");
      }
    }

    /// Without biases and dropout.
    public static Config of(int vocabulary, int context, int dim, int heads, int layers) {
      return new Config(vocabulary, context, dim, heads, layers, false, 0);
    }
  }

  public Gpt {
    blocks = List.copyOf(blocks);
  }

  public static Gpt of(Init init, Config config) {
    Initialiser weight = Initialiser.normal(DEVIATION);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < config.layers; i++) {
      blocks.add(block(init.at("blocks").at(i), config));
    }
    return new Gpt(
        config,
        Embedding.of(init.at("tokens"), config.vocabulary, config.dim, weight),
        Embedding.of(init.at("positions"), config.context, config.dim, weight),
        blocks,
        LayerNorm.of(init.at("norm"), config.dim, config.bias),
        Linear.of(init.at("head"), config.dim, config.vocabulary, weight));
  }

  private static Block block(Init init, Config config) {
    Dropout dropout = new Dropout(config.dropout);
    int dim = config.dim;
    Init attention = init.at("attention");
    Init mlp = init.at("mlp");
    Initialiser wide = Initialiser.normal(DEVIATION);
    Initialiser residual = Initialiser.normal(DEVIATION / Math.sqrt(2.0 * config.layers));
    return new Block(
        LayerNorm.of(init.at("norm1"), dim, config.bias),
        new CausalSelfAttention(
            linear(attention.at("qkv"), dim, 3 * dim, wide, config.bias),
            linear(attention.at("projection"), dim, dim, residual, config.bias),
            config.heads,
            dropout),
        LayerNorm.of(init.at("norm2"), dim, config.bias),
        new Mlp(
            linear(mlp.at("fc"), dim, 4 * dim, wide, config.bias),
            linear(mlp.at("projection"), 4 * dim, dim, residual, config.bias),
            Activation.GELU,
            dropout));
  }

  private static Linear linear(Init init, int in, int out, Initialiser weight, boolean bias) {
    return Linear.of(init, in, out, weight, bias ? Initialiser.zeros() : null);
  }

  /// Logits of the next token at every position.
  ///
  /// @param index tokens, i32 or i64 `[B, T]`
  /// @return `[B, T, vocabulary]`
  /// @throws ShapeException if there are more positions than the context has
  public Tensor forward(Tensor index, Pass pass) {
    if (index.rank() != 2 || index.dim(1) > config.context) {
      throw new ShapeException(
          "gpt: tokens "
              + index.shape()
              + ", expected [batch, time] with a time of at most "
              + config.context);
    }
    int batch = index.dim(0);
    int time = index.dim(1);
    Tensor x = embed(index, pass.value(positions.weight()).slice(0, 0, time), pass);
    for (Block block : blocks) {
      x = block.rows(x, batch, pass);
    }
    return head.forward(norm.forward(x, pass), pass).reshape(batch, time, config.vocabulary);
  }

  /// Rows of the residual stream after the last norm for a chunk of new positions, which the caches
  /// take up.
  ///
  /// @param index tokens, i32 `[B, C]`
  /// @param caches one for each block, of capacity [Config#context]
  /// @param start i32 `[4]`, `[0, 0, position, 0]` with the position of the chunk's first token
  /// @param seen slots of the caches that are looked at, at least all up to the chunk's last token
  /// @return `[B, C, D]`
  Tensor decode(Tensor index, List<KeyValueCache> caches, Tensor start, int seen, Pass pass) {
    int batch = index.dim(0);
    int chunk = index.dim(1);
    Tensor at =
        pass.value(positions.weight()).dynamicSlice(start.slice(0, 2, 4), chunk, config.dim);
    Tensor x = embed(index, at, pass);
    for (int i = 0; i < blocks.size(); i++) {
      x = blocks.get(i).rows(x, batch, caches.get(i), start, seen, pass);
    }
    return norm.forward(x, pass).reshape(batch, chunk, config.dim);
  }

  /// `[B * T, D]`.
  private Tensor embed(Tensor index, Tensor position, Pass pass) {
    Tensor sum = tokens.forward(index, pass).add(position);
    return new Dropout(config.dropout)
        .forward(sum.reshape(index.dim(0) * index.dim(1), config.dim), pass);
  }

  @Override
  public Parts parts() {
    return Parts.of(tokens, positions).and(blocks).and(norm, head);
  }
}
