package jacquard.nn;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// [Gpt.Config] to and from JSON.
final class GptJson {
  private GptJson() {}

  static Json write(Gpt.Config config) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("vocabulary", Json.of(config.vocabulary()));
    fields.put("context", Json.of(config.context()));
    fields.put("dim", Json.of(config.dim()));
    fields.put("heads", Json.of(config.heads()));
    fields.put("kvHeads", Json.of(config.kvHeads()));
    fields.put("layers", Json.of(config.layers()));
    switch (config.positions()) {
      case Positions.Learned _ -> fields.put("positions", Json.of("learned"));
      case Positions.Rotary(double base) -> {
        fields.put("positions", Json.of("rotary"));
        fields.put("base", Json.of(base));
      }
    }
    fields.put("norm", name(config.norm().kind()));
    fields.put("eps", Json.of(config.norm().eps()));
    fields.put("hidden", Json.of(config.mlp().hidden()));
    fields.put("activation", name(config.mlp().activation()));
    fields.put("gated", Json.of(config.mlp().gated()));
    fields.put("causal", Json.of(config.causal()));
    fields.put("bias", Json.of(config.bias()));
    fields.put("tied", Json.of(config.tied()));
    fields.put("dropout", Json.of(config.dropout()));
    return Json.of(fields);
  }

  static Gpt.Config read(Json json) throws FormatException {
    int dim = json.field("dim").asInt();
    Gpt.Config config =
        Gpt.Config.of(
            json.field("vocabulary").asInt(),
            json.field("context").asInt(),
            dim,
            json.field("heads").asInt(),
            json.field("layers").asInt());
    Json kvHeads = json.optional("kvHeads");
    if (kvHeads != null) {
      config = config.withKvHeads(kvHeads.asInt());
    }
    Json norm = json.optional("norm");
    if (norm != null) {
      config =
          config.withNorm(
              new Normalisation(
                  constant(Normalisation.Kind.class, norm), json.field("eps").asDouble()));
    }
    Json activation = json.optional("activation");
    if (activation != null) {
      config =
          config.withMlp(
              new FeedForward(
                  json.field("hidden").asInt(),
                  constant(Activation.class, activation),
                  json.field("gated").asBoolean()));
    }
    Json dropout = json.optional("dropout");
    return config
        .withPositions(positions(json))
        .withCausal(flag(json.optional("causal"), true))
        .withBias(flag(json.optional("bias"), false))
        .withTied(flag(json.optional("tied"), false))
        .withDropout(dropout == null ? 0 : dropout.asDouble());
  }

  private static Positions positions(Json json) throws FormatException {
    Json positions = json.optional("positions");
    String kind = positions == null ? "learned" : positions.asText();
    return switch (kind) {
      case "learned" -> new Positions.Learned();
      case "rotary" -> new Positions.Rotary(json.field("base").asDouble());
      default ->
          throw new FormatException(
              "positions: unknown kind '" + kind + "', expected learned or rotary");
    };
  }

  private static boolean flag(@Nullable Json json, boolean otherwise) throws FormatException {
    return json == null ? otherwise : json.asBoolean();
  }

  private static Json name(Enum<?> constant) {
    return Json.of(constant.name().toLowerCase(Locale.ROOT));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, Json json) throws FormatException {
    String name = json.asText();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(name)) {
        return constant;
      }
    }
    throw new FormatException(
        name
            + ": unknown, expected one of "
            + java.util.Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT));
  }
}
