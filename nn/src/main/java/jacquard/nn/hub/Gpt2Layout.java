package jacquard.nn.hub;

import jacquard.nn.Block;
import jacquard.nn.Embedding;
import jacquard.nn.FeedForward;
import jacquard.nn.Gpt;
import jacquard.nn.LayerNorm;
import jacquard.nn.Linear;
import jacquard.nn.Normalisation;
import jacquard.nn.Positions;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.io.StoredTensor;
import jacquard.nn.io.StoredType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// GPT-2: learned positions, layer norms, biases everywhere, and weights of the blocks' linear
/// layers stored as `[in, out]` (the library's `Conv1D`).
record Gpt2Layout() implements Layout {
  /// Causal masks, which old versions stored as buffers.
  private static final Pattern MASK = Pattern.compile("h\\.\\d+\\.attn\\.(masked_)?bias");

  @Override
  public List<String> types() {
    return List.of("gpt2");
  }

  @Override
  public String architecture() {
    return "GPT2LMHeadModel";
  }

  @Override
  public String prefix() {
    return "transformer.";
  }

  @Override
  public Gpt.Config read(Json config) throws FormatException {
    Layout.require(config, "scale_attn_weights", "true");
    Layout.require(config, "scale_attn_by_inverse_layer_idx", "false");
    Layout.require(config, "add_cross_attention", "false");
    int dim = config.field("n_embd").asInt();
    int context = Layout.integer(config, "n_positions", Layout.integer(config, "n_ctx", 1024));
    return Gpt.Config.of(
            config.field("vocab_size").asInt(),
            context,
            dim,
            config.field("n_head").asInt(),
            config.field("n_layer").asInt())
        .withNorm(
            new Normalisation(
                Normalisation.Kind.LAYER, Layout.real(config, "layer_norm_epsilon", 1e-5)))
        .withMlp(
            new FeedForward(
                Layout.integer(config, "n_inner", 4 * dim),
                Layout.activation(config, "activation_function", "gelu_new"),
                false))
        .withBias(true)
        .withTied(Layout.flag(config, "tie_word_embeddings", true));
  }

  @Override
  public @Nullable String obstacle(Gpt.Config config) {
    return !config.causal()
        ? "attention to later positions"
        : !(config.positions() instanceof Positions.Learned)
            ? "rotary positions"
            : config.norm().kind() != Normalisation.Kind.LAYER
                ? "RMS norms"
                : config.mlp().gated()
                    ? "a gated MLP"
                    : config.kvHeads() != config.heads()
                        ? "grouped heads of keys"
                        : Layout.name(config.mlp().activation()) == null
                            ? "activation " + config.mlp().activation()
                            : null;
  }

  @Override
  public Map<String, Json> write(Gpt.Config config) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("vocab_size", Json.of(config.vocabulary()));
    fields.put("n_positions", Json.of(config.context()));
    fields.put("n_ctx", Json.of(config.context()));
    fields.put("n_embd", Json.of(config.dim()));
    fields.put("n_layer", Json.of(config.layers()));
    fields.put("n_head", Json.of(config.heads()));
    fields.put("n_inner", Json.of(config.mlp().hidden()));
    String activation = Objects.requireNonNull(Layout.name(config.mlp().activation()));
    fields.put("activation_function", Json.of(activation));
    fields.put("layer_norm_epsilon", Json.of(config.norm().eps()));
    fields.put("embd_pdrop", Json.of(config.dropout()));
    fields.put("attn_pdrop", Json.of(config.dropout()));
    fields.put("resid_pdrop", Json.of(config.dropout()));
    fields.put("tie_word_embeddings", Json.of(config.tied()));
    return fields;
  }

  @Override
  public List<Slot> slots(Gpt model, String prefix) {
    List<Slot> slots = new ArrayList<>();
    slots.add(Slot.of(prefix + "wte.weight", model.tokens().weight()));
    Embedding positions = Objects.requireNonNull(model.positions());
    slots.add(Slot.of(prefix + "wpe.weight", positions.weight()));
    for (int i = 0; i < model.blocks().size(); i++) {
      Block block = model.blocks().get(i);
      String at = prefix + "h." + i + ".";
      norm(slots, at + "ln_1", (LayerNorm) block.norm1());
      linear(slots, at + "attn.c_attn", block.attention().qkv());
      linear(slots, at + "attn.c_proj", block.attention().projection());
      norm(slots, at + "ln_2", (LayerNorm) block.norm2());
      linear(slots, at + "mlp.c_fc", block.mlp().fc());
      linear(slots, at + "mlp.c_proj", block.mlp().projection());
    }
    norm(slots, prefix + "ln_f", (LayerNorm) model.norm());
    if (!model.config().tied()) {
      slots.add(Slot.of("lm_head.weight", model.head().weight()));
    }
    return slots;
  }

  private static void norm(List<Slot> slots, String name, LayerNorm norm) {
    slots.add(Slot.of(name + ".weight", norm.weight()));
    if (norm.bias() != null) {
      slots.add(Slot.of(name + ".bias", norm.bias()));
    }
  }

  private static void linear(List<Slot> slots, String name, Linear linear) {
    slots.add(Slot.of(name + ".weight", linear.weight(), true));
    if (linear.bias() != null) {
      slots.add(Slot.of(name + ".bias", linear.bias()));
    }
  }

  @Override
  public List<StoredTensor> zeros(Gpt.Config config, StoredType type) {
    List<StoredTensor> zeros = new ArrayList<>();
    if (!config.bias()) {
      int dim = config.dim();
      for (int i = 0; i < config.layers(); i++) {
        String at = prefix() + "h." + i + ".";
        zeros.add(zero(at + "ln_1", dim, type));
        zeros.add(zero(at + "attn.c_attn", 3 * dim, type));
        zeros.add(zero(at + "attn.c_proj", dim, type));
        zeros.add(zero(at + "ln_2", dim, type));
        zeros.add(zero(at + "mlp.c_fc", config.mlp().hidden(), type));
        zeros.add(zero(at + "mlp.c_proj", dim, type));
      }
      zeros.add(zero(prefix() + "ln_f", dim, type));
    }
    return zeros;
  }

  private static StoredTensor zero(String layer, int size, StoredType type) {
    return StoredTensor.of(layer + ".bias", type, new float[size], size);
  }

  @Override
  public boolean ignores(String name, Gpt.Config config) {
    return MASK.matcher(name).matches() || (config.tied() && name.equals("lm_head.weight"));
  }
}
