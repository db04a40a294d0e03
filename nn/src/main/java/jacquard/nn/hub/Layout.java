package jacquard.nn.hub;

import jacquard.nn.Activation;
import jacquard.nn.Gpt;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.io.StoredTensor;
import jacquard.nn.io.StoredType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How models of one family are stored.
sealed interface Layout permits Gpt2Layout, LlamaLayout {
  List<Layout> ALL = List.of(new Gpt2Layout(), new LlamaLayout());

  /// What `config.json` calls models of this layout; the first is what is written.
  List<String> types();

  /// The class of Hugging Face's library that reads a model.
  String architecture();

  /// What stands before the names of all tensors but the head's in a model with a head; without a
  /// head it may be absent.
  String prefix();

  /// The model that `config.json` describes, without dropout.
  ///
  /// @throws FormatException if a field is missing, or asks for what Jacquard doesn't do
  Gpt.Config read(Json config) throws FormatException;

  /// Why models of a configuration can't be stored this way, or null.
  @Nullable String obstacle(Gpt.Config config);

  /// Fields of `config.json` for a configuration without an obstacle.
  Map<String, Json> write(Gpt.Config config);

  /// The parameters of a model and how they are stored, in the order in which files are filled.
  ///
  /// @param prefix [#prefix] or nothing
  List<Slot> slots(Gpt model, String prefix);

  /// Tensors that a configuration without biases lacks and the layout wants: zeros.
  List<StoredTensor> zeros(Gpt.Config config, StoredType type);

  /// Whether a stored tensor that no parameter consists of may be there: what old versions of the
  /// library stored and what can be computed.
  ///
  /// @param name without the prefix
  boolean ignores(String name, Gpt.Config config);

  /// Refuses a configuration that sets `name` to something other than one of the values that
  /// Jacquard computes.
  static void require(Json config, String name, String... allowed) throws FormatException {
    Json found = config.optional(name);
    if (found != null && !List.of(allowed).contains(found.toString())) {
      throw new FormatException(
          name + " is " + found + ", expected " + String.join(" or ", allowed) + " or none");
    }
  }

  /// A whole number, or `otherwise` if the field is missing or null.
  static int integer(Json config, String name, int otherwise) throws FormatException {
    Json found = config.optional(name);
    return found == null || found instanceof Json.Null ? otherwise : found.asInt();
  }

  static double real(Json config, String name, double otherwise) throws FormatException {
    Json found = config.optional(name);
    return found == null || found instanceof Json.Null ? otherwise : found.asDouble();
  }

  static boolean flag(Json config, String name, boolean otherwise) throws FormatException {
    Json found = config.optional(name);
    return found == null || found instanceof Json.Null ? otherwise : found.asBoolean();
  }

  /// The library's names of activations.
  Map<String, Activation> ACTIVATIONS =
      Map.of(
          "gelu_new", Activation.GELU,
          "gelu_pytorch_tanh", Activation.GELU,
          "gelu_fast", Activation.GELU,
          "gelu", Activation.GELU_ERF,
          "relu", Activation.RELU,
          "silu", Activation.SILU,
          "swish", Activation.SILU,
          "tanh", Activation.TANH);

  static Activation activation(Json config, String name, String otherwise) throws FormatException {
    Json found = config.optional(name);
    String text = found == null ? otherwise : found.asText();
    Activation activation = ACTIVATIONS.get(text);
    if (activation == null) {
      throw new FormatException(
          name
              + " is '"
              + text
              + "', expected one of "
              + String.join(", ", new java.util.TreeSet<>(ACTIVATIONS.keySet())));
    }
    return activation;
  }

  /// The library's name of an activation, or null if it has none.
  static @Nullable String name(Activation activation) {
    return switch (activation) {
      case GELU -> "gelu_new";
      case GELU_ERF -> "gelu";
      case RELU -> "relu";
      case SILU -> "silu";
      case TANH -> "tanh";
      case SIGMOID, SOFTPLUS -> null;
    };
  }
}
