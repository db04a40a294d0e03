package jacquard.nn.hub;

import jacquard.nn.Block;
import jacquard.nn.FeedForward;
import jacquard.nn.Gpt;
import jacquard.nn.Linear;
import jacquard.nn.Normalisation;
import jacquard.nn.Parameter;
import jacquard.nn.Positions;
import jacquard.nn.RmsNorm;
import jacquard.nn.SelfAttention;
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

/// Llama, and Mistral without its sliding window: rotary positions, RMS norms, a gated MLP, grouped
/// heads of keys.
record LlamaLayout() implements Layout {
  /// Angles, which old versions stored as buffers.
  private static final Pattern ANGLES =
      Pattern.compile("layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq");

  @Override
  public List<String> types() {
    return List.of("llama", "mistral");
  }

  @Override
  public String architecture() {
    return "LlamaForCausalLM";
  }

  @Override
  public String prefix() {
    return "model.";
  }

  @Override
  public Gpt.Config read(Json config) throws FormatException {
    int dim = config.field("hidden_size").asInt();
    int heads = config.field("num_attention_heads").asInt();
    int context = Layout.integer(config, "max_position_embeddings", 2048);
    if (heads > 0) {
      Layout.require(config, "head_dim", Integer.toString(dim / heads), "null");
    }
    boolean bias = Layout.flag(config, "attention_bias", false);
    Layout.require(config, "mlp_bias", bias ? new String[] {"true"} : new String[] {"false"});
    if (bias && config.optional("mlp_bias") == null) {
      throw new FormatException("attention_bias is true without mlp_bias, expected both or none");
    }
    int window = Layout.integer(config, "sliding_window", context);
    if (window < context) {
      throw new FormatException(
          "sliding_window is "
              + window
              + ", expected none or at least max_position_embeddings, "
              + context);
    }
    return Gpt.Config.of(
            config.field("vocab_size").asInt(),
            context,
            dim,
            heads,
            config.field("num_hidden_layers").asInt())
        .withKvHeads(Layout.integer(config, "num_key_value_heads", heads))
        .withPositions(new Positions.Rotary(base(config)))
        .withNorm(
            new Normalisation(Normalisation.Kind.RMS, Layout.real(config, "rms_norm_eps", 1e-6)))
        .withMlp(
            new FeedForward(
                config.field("intermediate_size").asInt(),
                Layout.activation(config, "hidden_act", "silu"),
                true))
        .withBias(bias)
        .withTied(Layout.flag(config, "tie_word_embeddings", false));
  }

  /// From `rope_theta`, which newer versions of the library put into `rope_parameters`.
  private static double base(Json config) throws FormatException {
    double base = Layout.real(config, "rope_theta", 10_000);
    for (String name : List.of("rope_parameters", "rope_scaling")) {
      Json rope = config.optional(name);
      if (rope != null && !(rope instanceof Json.Null)) {
        Layout.require(rope, "rope_type", "\"default\"");
        Layout.require(rope, "type", "\"default\"");
        base = Layout.real(rope, "rope_theta", base);
      }
    }
    return base;
  }

  @Override
  public @Nullable String obstacle(Gpt.Config config) {
    return !config.causal()
        ? "attention to later positions"
        : !(config.positions() instanceof Positions.Rotary)
            ? "learned positions"
            : config.norm().kind() != Normalisation.Kind.RMS
                ? "layer norms"
                : !config.mlp().gated()
                    ? "an MLP without gate"
                    : Layout.name(config.mlp().activation()) == null
                        ? "activation " + config.mlp().activation()
                        : null;
  }

  @Override
  public Map<String, Json> write(Gpt.Config config) {
    double base =
        switch (config.positions()) {
          case Positions.Rotary(double theta) -> theta;
          case Positions.Learned _ ->
              throw new IllegalArgumentException("llama: learned positions");
        };
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("vocab_size", Json.of(config.vocabulary()));
    fields.put("max_position_embeddings", Json.of(config.context()));
    fields.put("hidden_size", Json.of(config.dim()));
    fields.put("intermediate_size", Json.of(config.mlp().hidden()));
    fields.put("num_hidden_layers", Json.of(config.layers()));
    fields.put("num_attention_heads", Json.of(config.heads()));
    fields.put("num_key_value_heads", Json.of(config.kvHeads()));
    fields.put("head_dim", Json.of(config.dim() / config.heads()));
    String activation = Objects.requireNonNull(Layout.name(config.mlp().activation()));
    fields.put("hidden_act", Json.of(activation));
    fields.put("rms_norm_eps", Json.of(config.norm().eps()));
    fields.put("rope_theta", Json.of(base));
    fields.put("attention_bias", Json.of(config.bias()));
    fields.put("mlp_bias", Json.of(config.bias()));
    fields.put("attention_dropout", Json.of(config.dropout()));
    fields.put("tie_word_embeddings", Json.of(config.tied()));
    return fields;
  }

  @Override
  public List<Slot> slots(Gpt model, String prefix) {
    List<Slot> slots = new ArrayList<>();
    slots.add(Slot.of(prefix + "embed_tokens.weight", model.tokens().weight()));
    for (int i = 0; i < model.blocks().size(); i++) {
      Block block = model.blocks().get(i);
      SelfAttention attention = block.attention();
      String at = prefix + "layers." + i + ".";
      int size = attention.dim() / attention.heads();
      int queries = attention.heads() * size;
      int keys = attention.kvHeads() * size;
      int hidden = model.config().mlp().hidden();
      slots.add(Slot.of(at + "input_layernorm.weight", ((RmsNorm) block.norm1()).weight()));
      linear(
          slots,
          attention.qkv(),
          List.of(at + "self_attn.q_proj", at + "self_attn.k_proj", at + "self_attn.v_proj"),
          queries,
          keys,
          keys);
      linear(slots, attention.projection(), List.of(at + "self_attn.o_proj"), attention.dim());
      slots.add(
          Slot.of(at + "post_attention_layernorm.weight", ((RmsNorm) block.norm2()).weight()));
      linear(
          slots,
          block.mlp().fc(),
          List.of(at + "mlp.gate_proj", at + "mlp.up_proj"),
          hidden,
          hidden);
      linear(slots, block.mlp().projection(), List.of(at + "mlp.down_proj"), attention.dim());
    }
    slots.add(Slot.of(prefix + "norm.weight", ((RmsNorm) model.norm()).weight()));
    if (!model.config().tied()) {
      slots.add(Slot.of("lm_head.weight", model.head().weight()));
    }
    return slots;
  }

  private static void linear(List<Slot> slots, Linear linear, List<String> names, int... rows) {
    slots.add(slot(linear.weight(), ".weight", names, rows));
    if (linear.bias() != null) {
      slots.add(slot(linear.bias(), ".bias", names, rows));
    }
  }

  private static Slot slot(Parameter parameter, String end, List<String> names, int... rows) {
    List<Slot.Piece> pieces = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      pieces.add(new Slot.Piece(names.get(i) + end, rows[i], false));
    }
    return new Slot(parameter, pieces);
  }

  /// None: its layers may lack biases.
  @Override
  public List<StoredTensor> zeros(Gpt.Config config, StoredType type) {
    return List.of();
  }

  @Override
  public boolean ignores(String name, Gpt.Config config) {
    return ANGLES.matcher(name).matches() || (config.tied() && name.equals("lm_head.weight"));
  }
}
