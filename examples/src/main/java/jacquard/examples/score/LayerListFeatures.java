package jacquard.examples.score;

import jacquard.nn.Activation;
import jacquard.nn.AvgPool2d;
import jacquard.nn.BatchNorm;
import jacquard.nn.Conv2d;
import jacquard.nn.Flatten;
import jacquard.nn.Layer;
import jacquard.nn.LeakyRelu;
import jacquard.nn.Linear;
import jacquard.nn.MaxPool2d;
import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.nn.Sequential;
import jacquard.nn.Statistic;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.io.Safetensors;
import jacquard.nn.io.StoredTensor;
import jacquard.nn.metrics.FeatureNetwork;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.TensorException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A feature network made of the tensors in a safetensors file, layer by layer as a JSON file says:
///
/// ```
/// {"weights": "network.safetensors", "picture": [1, 28, 28], "mean": 0.13, "deviation": 0.31,
///  "layers": [{"conv2d": "conv1", "stride": 2, "padding": 1}, {"batch_norm": "bn1"}, "relu",
///             {"max_pool": 2}, "flatten", {"linear": "fc"}, "relu"]}
/// ```
///
/// A layer's name is the beginning of its tensors' names, which are PyTorch's: `conv1.weight`,
/// `conv1.bias` (may be missing), `bn1.running_mean`. What the last layer gives is flattened to the
/// features. Pictures from 0 to 1 are taken less `mean` and divided by `deviation`, 0 and 1 if they
/// are not said.
///
/// @param layers pictures `[B, channels, height, width]` to features
/// @param mean what is taken from a pixel
/// @param deviation what a pixel is divided by then
/// @param name to be told of where its figures are shown
public record LayerListFeatures(Sequential layers, double mean, double deviation, String name)
    implements FeatureNetwork {

  @Override
  public Tensor features(Tensor pictures) {
    Tensor x = pictures.sub(mean).div(deviation);
    return layers.forward(x, Pass.evaluation()).reshape(pictures.dim(0), -1);
  }

  /// Reads a network.
  ///
  /// @param path of the JSON file; the weights lie beside it
  /// @return a judge by its features, who names no classes
  /// @throws FormatException if a file can't be read, a layer is unknown, a tensor missing, or the
  ///   network doesn't take its own picture
  public static ImageJudge read(Path path) throws FormatException {
    try {
      Json json = Json.read(path);
      Path weights = weights(path, json);
      int[] dims = new int[3];
      List<Json> picture = json.field("picture").items();
      if (picture.size() != dims.length) {
        throw new FormatException(
            "picture has " + picture.size() + " sizes, expected [channels, height, width]");
      }
      for (int i = 0; i < dims.length; i++) {
        dims[i] = picture.get(i).asInt();
      }
      List<Layer> layers = new ArrayList<>();
      try (Safetensors file = Safetensors.open(weights)) {
        Tensors tensors = new Tensors(file.tensors(), weights);
        for (Json layer : json.field("layers").items()) {
          layers.add(layer(layer, tensors));
        }
      }
      LayerListFeatures network =
          new LayerListFeatures(
              new Sequential(layers),
              number(json, "mean", 0),
              number(json, "deviation", 1),
              path.toString());
      network.features(Tensor.zeros(1, dims[0], dims[1], dims[2])).realise();
      return new ImageJudge(network, Shape.of(dims), null);
    } catch (FormatException | TensorException | IllegalArgumentException e) {
      throw new FormatException("features: " + path + ": " + e.getMessage(), e);
    }
  }

  private static Path weights(Path path, Json json) throws FormatException {
    return path.resolveSibling(json.field("weights").asText());
  }

  /// The files that a network is made of.
  ///
  /// @param path of the JSON file
  /// @return that, and the one of the weights
  /// @throws FormatException if it can't be read
  public static List<Path> files(Path path) throws FormatException {
    return List.of(path, weights(path, Json.read(path)));
  }

  private static double number(Json json, String name, double otherwise) throws FormatException {
    Json value = json.optional(name);
    return value == null ? otherwise : value.asDouble();
  }

  private static int whole(Json json, String name, int otherwise) throws FormatException {
    Json value = json.optional(name);
    return value == null ? otherwise : value.asInt();
  }

  private static Layer layer(Json json, Tensors tensors) throws FormatException {
    if (json instanceof Json.Text(String kind)) {
      return kind.equals("flatten") ? new Flatten() : activation(kind);
    }
    String kind = json.fields().keySet().iterator().next();
    Json first = json.field(kind);
    return switch (kind) {
      case "conv2d" ->
          new Conv2d(
              tensors.parameter(first.asText() + ".weight"),
              tensors.optional(first.asText() + ".bias"),
              whole(json, "stride", 1),
              whole(json, "padding", 0),
              whole(json, "dilation", 1),
              whole(json, "groups", 1));
      case "linear" ->
          new Linear(
              tensors.parameter(first.asText() + ".weight"),
              tensors.optional(first.asText() + ".bias"));
      case "batch_norm" ->
          new BatchNorm(
              tensors.parameter(first.asText() + ".weight"),
              tensors.parameter(first.asText() + ".bias"),
              tensors.statistic(first.asText() + ".running_mean"),
              tensors.statistic(first.asText() + ".running_var"),
              BatchNorm.MOMENTUM,
              number(json, "eps", BatchNorm.EPS));
      case "max_pool" -> new MaxPool2d(first.asInt(), whole(json, "stride", first.asInt()), 0);
      case "avg_pool" -> new AvgPool2d(first.asInt(), whole(json, "stride", first.asInt()), 0);
      case "leaky_relu" -> new LeakyRelu(first.asDouble());
      default ->
          throw new FormatException(
              "layer '"
                  + kind
                  + "', expected conv2d, linear, batch_norm, max_pool, avg_pool, leaky_relu,"
                  + " flatten or an activation");
    };
  }

  private static Activation activation(String kind) throws FormatException {
    for (Activation activation : Activation.values()) {
      if (activation.name().equals(kind.toUpperCase(Locale.ROOT))) {
        return activation;
      }
    }
    throw new FormatException(
        "layer '"
            + kind
            + "', expected flatten or one of "
            + Arrays.toString(Activation.values()).toLowerCase(Locale.ROOT));
  }

  /// The file's tensors as states.
  private record Tensors(Map<String, StoredTensor> byName, Path file) {

    Parameter parameter(String name) throws FormatException {
      return new Parameter(name, tensor(name));
    }

    Statistic statistic(String name) throws FormatException {
      return new Statistic(name, tensor(name));
    }

    @Nullable Parameter optional(String name) throws FormatException {
      return byName.containsKey(name) ? parameter(name) : null;
    }

    private Tensor tensor(String name) throws FormatException {
      StoredTensor stored = byName.get(name);
      if (stored == null) {
        throw new FormatException(file + " holds no tensor '" + name + "'");
      }
      int[] dims = Arrays.stream(stored.dims()).mapToInt(Math::toIntExact).toArray();
      return Tensor.stored(DType.F32, stored.toFloatArray(), Shape.of(dims), Device.standard());
    }
  }
}
