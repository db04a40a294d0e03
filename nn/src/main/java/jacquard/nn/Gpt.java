package jacquard.nn;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A transformer with pre-norm blocks, mostly decoder-only: tokens `[B, T]` to logits `[B, T,
/// vocabulary]`. Its [Config] makes it a GPT-2, a Llama, or something between.
///
/// Initial values are nanoGPT's: normal with deviation 0.02, projections into the residual stream
/// divided by `sqrt(2 layers)`, biases 0.
///
/// @param config sizes and choices
/// @param tokens `[vocabulary, dim]`
/// @param positions `[context, dim]`; null with rotary positions
/// @param blocks one after the other
/// @param norm before the head
/// @param head `[vocabulary, dim]`; tied, its weight is that of `tokens`
public record Gpt(
    Config config,
    Embedding tokens,
    @Nullable Embedding positions,
    List<Block> blocks,
    Layer norm,
    Linear head)
    implements Module {
  /// Sizes and choices of a model.
  ///
  /// @param vocabulary number of tokens
  /// @param context most positions that a sequence may have
  /// @param dim width of the residual stream
  /// @param heads of queries
  /// @param kvHeads heads of keys and values; fewer than `heads` is grouped-query attention
  /// @param layers number of blocks
  /// @param positions how a position is told
  /// @param norm in front of each part of a block, and of the head
  /// @param mlp the feed-forward part of each block
  /// @param causal whether a position sees itself and what comes before only; else all positions,
  ///   for models that fill gaps and can't be decoded token by token
  /// @param bias whether layer norms, and linear layers in the blocks, have biases
  /// @param tied whether the head's weight is the token embedding's
  /// @param dropout probability, 0 for none
  public record Config(
      int vocabulary,
      int context,
      int dim,
      int heads,
      int kvHeads,
      int layers,
      Positions positions,
      Normalisation norm,
      FeedForward mlp,
      boolean causal,
      boolean bias,
      boolean tied,
      double dropout) {

    /// Refuses sizes that make no model.
    ///
    /// @throws IllegalArgumentException if a size is below 1, or sizes don't fit each other
    public Config {
      if (Math.min(Math.min(vocabulary, context), Math.min(Math.min(dim, heads), layers)) < 1) {
        throw new IllegalArgumentException(
            "gpt: vocabulary %d, context %d, dim %d, heads %d, layers %d, expected at least 1 each"
                .formatted(vocabulary, context, dim, heads, layers));
      }
      if (dim % heads != 0 || kvHeads < 1 || heads % kvHeads != 0) {
        throw new IllegalArgumentException(
            "gpt: dim %d, heads %d, heads of keys %d, expected each to be a multiple of the next"
                .formatted(dim, heads, kvHeads));
      }
      if (positions instanceof Positions.Rotary && dim / heads % 2 != 0) {
        throw new IllegalArgumentException(
            "gpt: rotary positions with heads of %d columns (dim %d, heads %d), expected an even number"
                .formatted(dim / heads, dim, heads));
      }
    }

    /// nanoGPT's: learned positions, layer norms, GELU, as many heads of keys as of queries, a head
    /// of its own; without biases and dropout.
    ///
    /// @param vocabulary number of tokens
    /// @param context most positions that a sequence may have
    /// @param dim size of the last axis
    /// @param heads heads of queries
    /// @param layers number of blocks
    /// @return the configuration
    public static Config of(int vocabulary, int context, int dim, int heads, int layers) {
      return new Config(
          vocabulary,
          context,
          dim,
          heads,
          heads,
          layers,
          new Positions.Learned(),
          Normalisation.layer(),
          FeedForward.gelu(dim),
          true,
          false,
          false,
          0);
    }

    /// {@return this with another number of heads of keys and values}
    ///
    /// @param count must divide the heads of queries
    public Config withKvHeads(int count) {
      return with(draft -> draft.kvHeads = count);
    }

    /// {@return this with positions told in another way}
    ///
    /// @param other learned or rotary
    public Config withPositions(Positions other) {
      return with(draft -> draft.positions = other);
    }

    /// {@return this with another norm}
    ///
    /// @param other kind and epsilon
    public Config withNorm(Normalisation other) {
      return with(draft -> draft.norm = other);
    }

    /// {@return this with another feed-forward part}
    ///
    /// @param other width and activation
    public Config withMlp(FeedForward other) {
      return with(draft -> draft.mlp = other);
    }

    /// {@return this for positions that see what comes before only, or all}
    ///
    /// @param is whether it sees only what comes before
    public Config withCausal(boolean is) {
      return with(draft -> draft.causal = is);
    }

    /// {@return this with biases in its linear layers and layer norms, or without}
    ///
    /// @param has whether there are biases
    public Config withBias(boolean has) {
      return with(draft -> draft.bias = has);
    }

    /// {@return this with the token embedding as head, or with a head of its own}
    ///
    /// @param is whether the head is the embedding
    public Config withTied(boolean is) {
      return with(draft -> draft.tied = is);
    }

    /// {@return this with another dropout}
    ///
    /// @param probability of an element to be dropped, 0 for none
    public Config withDropout(double probability) {
      return with(draft -> draft.dropout = probability);
    }

    private Config with(Consumer<Draft> change) {
      Draft draft = new Draft(this);
      change.accept(draft);
      return new Config(
          vocabulary,
          context,
          dim,
          heads,
          draft.kvHeads,
          layers,
          draft.positions,
          draft.norm,
          draft.mlp,
          draft.causal,
          draft.bias,
          draft.tied,
          draft.dropout);
    }

    /// What of a configuration can be changed.
    private static final class Draft {
      private int kvHeads;
      private Positions positions;
      private Normalisation norm;
      private FeedForward mlp;
      private boolean causal;
      private boolean bias;
      private boolean tied;
      private double dropout;

      Draft(Config config) {
        kvHeads = config.kvHeads;
        positions = config.positions;
        norm = config.norm;
        mlp = config.mlp;
        causal = config.causal;
        bias = config.bias;
        tied = config.tied;
        dropout = config.dropout;
      }
    }

    /// {@return everything that [#fromJson] needs to make an equal configuration}
    public Json toJson() {
      return GptJson.write(this);
    }

    /// {@return the configuration that [#toJson] described} Fields that are missing are as in
    /// [#of], but for the five sizes, which must be there.
    ///
    /// @param json what was written
    /// @throws FormatException if `json` is not such a description
    /// @throws IllegalArgumentException if its numbers describe no model
    public static Config fromJson(Json json) throws FormatException {
      return GptJson.read(json);
    }
  }

  /// Copies the blocks.
  public Gpt {
    blocks = List.copyOf(blocks);
  }

  /// {@return a model with values drawn from the seed of `init`}
  ///
  /// @param init the root of the model's names, with the seed
  /// @param config sizes and choices
  public static Gpt of(Init init, Config config) {
    return NewGpt.of(init, config);
  }

  /// Logits of the next token at every position.
  ///
  /// @param index tokens, i32 or i64 `[B, T]`
  /// @param pass training or evaluation, its random key, and where updates are left
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
    Tensor at = positions == null ? null : pass.value(positions.weight()).slice(0, 0, time);
    Tensor x = embed(index, at, pass);
    for (Block block : blocks) {
      x = block.rows(x, batch, pass);
    }
    return head.forward(norm.forward(x, pass), pass).reshape(batch, time, config.vocabulary);
  }

  /// Rows of the residual stream after the last norm for a chunk of new positions, which the caches
  /// take up.
  ///
  /// @param index tokens, i32 `[R, C]`
  /// @param caches one for each block
  /// @return `[R, C, D]`
  Tensor decode(Tensor index, List<KeyValueCache> caches, Chunk chunk, Pass pass) {
    Tensor x = embed(index, positions == null ? null : at(positions, chunk, pass), pass);
    for (int i = 0; i < blocks.size(); i++) {
      x = blocks.get(i).rows(x, caches.get(i), chunk, pass);
    }
    return norm.forward(x, pass).reshape(index.dim(0), index.dim(1), config.dim);
  }

  /// The learned vectors of a chunk's positions. Those of one row lie one below the other.
  private Tensor at(Embedding learned, Chunk chunk, Pass pass) {
    Tensor table = pass.value(learned.weight());
    return chunk.rows() == 1
        ? table.dynamicSlice(chunk.start(0).slice(0, 2, 4), chunk.length(), config.dim)
        : table.gather(chunk.position());
  }

  /// The angles that the decoder needs; null with learned positions.
  @Nullable Rotary rotary() {
    return blocks.getFirst().attention().rotary();
  }

  /// `[B * T, D]`.
  private Tensor embed(Tensor index, @Nullable Tensor position, Pass pass) {
    Tensor rows = tokens.forward(index, pass);
    Tensor sum = position == null ? rows : rows.add(position);
    return new Dropout(config.dropout)
        .forward(sum.reshape(index.dim(0) * index.dim(1), config.dim), pass);
  }

  /// This model with a [Lora] on those of the blocks' linear layers whose weight's name is
  /// accepted, such as `blocks.0.attention.qkv.weight`; on a layer that has one already, in its
  /// place.
  ///
  /// @param init the root of a model's paths, for the seed
  /// @param name accepts a weight by its name
  /// @param lora rank and factor of the additions
  /// @return the model, which shares its parameters with this
  /// @throws IllegalArgumentException if no name is accepted
  public Gpt withLora(Init init, Predicate<String> name, Lora.Config lora) {
    List<String> names = linears().stream().map(linear -> linear.weight().name()).toList();
    if (names.stream().noneMatch(name)) {
      throw new IllegalArgumentException(
          "lora: no weight is chosen, expected some of " + String.join(", ", names));
    }
    return withLinears(linear -> {
      Parameter weight = linear.weight();
      Init like = init.withDType(weight.dtype()).withDevice(weight.device());
      return name.test(weight.name()) ? linear.withLora(Lora.of(like, weight, lora)) : linear;
    });
  }

  /// This model without [Lora]: what they add now is put into the weights, which this model shares.
  ///
  /// @return the model
  public Gpt merged() {
    return withLinears(Linear::merged);
  }

  /// The same parameters with another dropout.
  ///
  /// @param probability of an element to be dropped, 0 for none
  /// @return the model, which shares its parameters with this
  public Gpt withDropout(double probability) {
    Dropout dropout = new Dropout(probability);
    List<Block> changed = blocks.stream().map(block -> block.withDropout(dropout)).toList();
    return new Gpt(config.withDropout(probability), tokens, positions, changed, norm, head);
  }

  /// {@return the linear layers of the blocks, in the order of the parts}
  public List<Linear> linears() {
    return blocks.stream()
        .flatMap(block ->
            Stream.of(
                block.attention().qkv(),
                block.attention().projection(),
                block.mlp().fc(),
                block.mlp().projection()))
        .toList();
  }

  private Gpt withLinears(UnaryOperator<Linear> change) {
    List<Block> changed = blocks.stream().map(block -> block.withLinears(change)).toList();
    return new Gpt(config, tokens, positions, changed, norm, head);
  }

  @Override
  public Parts parts() {
    return Parts.of(tokens, positions).and(blocks).and(norm, head);
  }
}
