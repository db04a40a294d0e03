package jacquard.nn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parts of a [Gpt], each with its name and its initial values, which are nanoGPT's.
final class NewGpt {
  private static final double DEVIATION = 0.02;

  private NewGpt() {}

  static Gpt of(Init init, Gpt.Config config) {
    Initialiser weight = Initialiser.normal(DEVIATION);
    Rotary rotary = rotary(init, config);
    Embedding tokens = Embedding.of(init.at("tokens"), config.vocabulary(), config.dim(), weight);
    Embedding positions =
        switch (config.positions()) {
          case Positions.Learned _ ->
              Embedding.of(init.at("positions"), config.context(), config.dim(), weight);
          case Positions.Rotary _ -> null;
        };
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      blocks.add(block(init.at("blocks").at(i), config, rotary));
    }
    return new Gpt(
        config,
        tokens,
        positions,
        blocks,
        config.norm().make(init.at("norm"), config.dim(), config.bias()),
        config.tied()
            ? new Linear(tokens.weight(), null)
            : Linear.of(init.at("head"), config.dim(), config.vocabulary(), weight));
  }

  private static @Nullable Rotary rotary(Init init, Gpt.Config config) {
    return switch (config.positions()) {
      case Positions.Learned _ -> null;
      case Positions.Rotary(double base) ->
          Rotary.of(
              base, config.dim() / config.heads(), config.context(), init.dtype(), init.device());
    };
  }

  private static Block block(Init init, Gpt.Config config, @Nullable Rotary rotary) {
    Dropout dropout = new Dropout(config.dropout());
    int dim = config.dim();
    int rows = dim / config.heads() * (config.heads() + 2 * config.kvHeads());
    Init attention = init.at("attention");
    Initialiser wide = Initialiser.normal(DEVIATION);
    Initialiser residual = Initialiser.normal(DEVIATION / Math.sqrt(2.0 * config.layers()));
    Initialiser bias = config.bias() ? Initialiser.zeros() : null;
    return new Block(
        config.norm().make(init.at("norm1"), dim, config.bias()),
        new SelfAttention(
            Linear.of(attention.at("qkv"), dim, rows, wide, bias),
            Linear.of(attention.at("projection"), dim, dim, residual, bias),
            config.heads(),
            config.kvHeads(),
            config.causal(),
            rotary,
            dropout),
        config.norm().make(init.at("norm2"), dim, config.bias()),
        config.mlp().make(init.at("mlp"), dim, wide, residual, config.bias(), dropout));
  }
}
