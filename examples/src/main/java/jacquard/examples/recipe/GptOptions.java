package jacquard.examples.recipe;

import jacquard.nn.FeedForward;
import jacquard.nn.Gpt;
import jacquard.nn.Normalisation;
import jacquard.nn.Positions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What a new transformer is like.
final class GptOptions {
  private static final int LAYERS = 4;
  private static final int HEADS = 4;
  private static final int DIM = 128;
  private static final int CONTEXT = 64;

  /// Kinds of a block's feed-forward part.
  enum Mlp {
    GELU,
    SWIGLU
  }

  /// Kinds of positions.
  enum Place {
    LEARNED,
    ROTARY
  }

  @Option(names = "--layers", paramLabel = "N", description = "Blocks. Default: 4.")
  private @Nullable Integer layers;

  @Option(
      names = "--heads",
      paramLabel = "N",
      description = "Attention heads; divide --dim. Default: 4.")
  private @Nullable Integer heads;

  @Option(
      names = "--kv-heads",
      paramLabel = "N",
      description = "Heads of keys and values; divide --heads. Default: as many as --heads.")
  private @Nullable Integer kvHeads;

  @Option(names = "--dim", paramLabel = "N", description = "Width. Default: 128.")
  private @Nullable Integer dim;

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "Tokens seen at once. Default: 64, or with --from up to 128.")
  private @Nullable Integer context;

  @Option(
      names = "--positions",
      paramLabel = "KIND",
      description = "learned or rotary. Default: learned.")
  private @Nullable Place positions;

  @Option(names = "--norm", paramLabel = "KIND", description = "layer or rms. Default: layer.")
  private Normalisation.@Nullable Kind norm;

  @Option(
      names = "--mlp",
      paramLabel = "KIND",
      description = "gelu, four times as wide as --dim, or swiglu, gated. Default: gelu.")
  private @Nullable Mlp mlp;

  @Option(names = "--bias", description = "Biases in layer norms and linear layers.")
  private boolean bias;

  @Option(names = "--tie", description = "One matrix embeds tokens and makes their logits.")
  private boolean tie;

  @Option(
      names = "--dropout",
      paramLabel = "X",
      description = "Part of the numbers that training drops at random. Default: 0.")
  private @Nullable Double dropout;

  /// @throws IllegalArgumentException if an option has a value that it can't have
  void require() {
    Require.atLeast("--layers", or(layers, LAYERS), 1);
    Require.atLeast("--heads", or(heads, HEADS), 1);
    Require.atLeast("--kv-heads", or(kvHeads, 1), 1);
    Require.atLeast("--dim", or(dim, DIM), 1);
    Require.atLeast("--context", or(context, CONTEXT), 1);
    int width = or(dim, DIM);
    int queries = or(heads, HEADS);
    if (width % queries != 0) {
      throw new IllegalArgumentException(
          "--dim is " + width + " and --heads is " + queries + ", expected heads that divide it");
    }
    if (queries % or(kvHeads, queries) != 0) {
      throw new IllegalArgumentException(
          "--heads is " + queries + " and --kv-heads is " + kvHeads + ", expected a divisor of it");
    }
    if (!(dropout() >= 0 && dropout() < 1)) {
      throw new IllegalArgumentException(
          "--dropout is " + dropout() + ", expected 0 or more and below 1");
    }
  }

  private static int or(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }

  double dropout() {
    return dropout == null ? 0 : dropout;
  }

  /// Tokens seen at once by a new model.
  int context() {
    return or(context, CONTEXT);
  }

  /// Tokens of a window that a model of `most` positions is trained further on.
  ///
  /// @throws IllegalArgumentException if that is more than there are
  int contextWithin(int most) {
    int length = or(context, Math.min(most, 2 * CONTEXT));
    if (length > most) {
      throw new IllegalArgumentException(
          "--context is " + length + ", expected at most the model's " + most);
    }
    return length;
  }

  /// A new model's configuration.
  Gpt.Config config(int vocabulary) {
    int width = or(dim, DIM);
    int queries = or(heads, HEADS);
    Gpt.Config config = Gpt.Config.of(vocabulary, context(), width, queries, or(layers, LAYERS));
    return config
        .withKvHeads(or(kvHeads, queries))
        .withPositions(
            switch (Objects.requireNonNullElse(positions, Place.LEARNED)) {
              case LEARNED -> new Positions.Learned();
              case ROTARY -> new Positions.Rotary(10_000);
            })
        .withNorm(
            switch (Objects.requireNonNullElse(norm, Normalisation.Kind.LAYER)) {
              case LAYER -> Normalisation.layer();
              case RMS -> Normalisation.rms();
            })
        .withMlp(
            switch (Objects.requireNonNullElse(mlp, Mlp.GELU)) {
              case GELU -> FeedForward.gelu(width);
              case SWIGLU -> FeedForward.swiglu(width);
            })
        .withBias(bias)
        .withTied(tie)
        .withDropout(dropout());
  }

  /// @throws IllegalArgumentException if something is said that `--from` says
  void requireNothingOfAnOldModel() {
    Map<String, Boolean> said = new LinkedHashMap<>();
    said.put("--layers", layers != null);
    said.put("--heads", heads != null);
    said.put("--kv-heads", kvHeads != null);
    said.put("--dim", dim != null);
    said.put("--positions", positions != null);
    said.put("--norm", norm != null);
    said.put("--mlp", mlp != null);
    said.put("--bias", bias);
    said.put("--tie", tie);
    said.forEach((option, given) -> {
      if (given) {
        throw new IllegalArgumentException(
            option + " is for new models, and --from names one that has it; leave it out");
      }
    });
  }
}
