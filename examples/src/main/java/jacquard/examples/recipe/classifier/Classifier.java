package jacquard.examples.recipe.classifier;

import jacquard.nn.Activation;
import jacquard.nn.BatchNorm;
import jacquard.nn.Conv2d;
import jacquard.nn.Dropout;
import jacquard.nn.Flatten;
import jacquard.nn.Init;
import jacquard.nn.Initialiser;
import jacquard.nn.Linear;
import jacquard.nn.Module;
import jacquard.nn.Parts;
import jacquard.nn.Pass;
import jacquard.nn.Sequential;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/// A small convolutional classifier: three convolutions with batch norm, of which two halve the
/// picture by their stride, and two linear layers. Strides, because pooling would compute four
/// times as much before it throws three quarters away.
///
/// @param sizes what it is made for
/// @param body pictures to features
/// @param dropout between features and verdict
/// @param head features to logits
public record Classifier(Sizes sizes, Sequential body, Dropout dropout, Linear head)
    implements Module {
  private static final int FIRST = 32;
  private static final int SECOND = 64;

  /// What a classifier is made for.
  ///
  /// @param channels of a picture
  /// @param height of a picture, 4 or more
  /// @param width of a picture, 4 or more
  /// @param features of a picture
  /// @param classes that pictures are of
  public record Sizes(int channels, int height, int width, int features, int classes) {
    /// Checks the sizes.
    ///
    /// @throws IllegalArgumentException if a size is too small
    public Sizes {
      if (channels < 1 || height < 4 || width < 4 || features < 1 || classes < 2) {
        throw new IllegalArgumentException(
            "classifier: %d channels of %d x %d, %d features, %d classes, expected 1 channel, 4 x 4 pixels, 1 feature and 2 classes or more"
                .formatted(channels, height, width, features, classes));
      }
    }

    /// As the field `model` of a run's configuration.
    ///
    /// @return all sizes by name
    public Map<String, Object> config() {
      Map<String, Object> config = new LinkedHashMap<>();
      config.put("channels", channels);
      config.put("height", height);
      config.put("width", width);
      config.put("features", features);
      config.put("classes", classes);
      return config;
    }

    /// Reads what [#config] gave.
    ///
    /// @param model the field `model`
    /// @return the sizes
    /// @throws FormatException if a field is missing
    public static Sizes of(Json model) throws FormatException {
      return new Sizes(
          model.field("channels").asInt(),
          model.field("height").asInt(),
          model.field("width").asInt(),
          model.field("features").asInt(),
          model.field("classes").asInt());
    }
  }

  /// A new classifier.
  ///
  /// @param init draws its weights
  /// @param sizes what it is made for
  /// @param dropout probability with which a feature is dropped while training
  /// @return the classifier, untrained
  public static Classifier of(Init init, Sizes sizes, double dropout) {
    Initialiser forRelu = Initialiser.kaimingNormal(Math.sqrt(2));
    int flat = SECOND * half(half(sizes.height)) * half(half(sizes.width));
    return new Classifier(
        sizes,
        Sequential.of(
            Conv2d.of(init.at("conv1"), sizes.channels, FIRST, 3, 2, 1, forRelu, null),
            BatchNorm.of(init.at("norm1"), FIRST),
            Activation.RELU,
            Conv2d.of(init.at("conv2"), FIRST, SECOND, 3, 2, 1, forRelu, null),
            BatchNorm.of(init.at("norm2"), SECOND),
            Activation.RELU,
            Conv2d.of(init.at("conv3"), SECOND, SECOND, 3, 1, 1, forRelu, null),
            BatchNorm.of(init.at("norm3"), SECOND),
            Activation.RELU,
            new Flatten(),
            Linear.of(init.at("fc"), flat, sizes.features, forRelu, Initialiser.zeros()),
            Activation.RELU),
        new Dropout(dropout),
        Linear.of(init.at("head"), sizes.features, sizes.classes));
  }

  /// Rows after a convolution of stride 2.
  private static int half(int rows) {
    return (rows + 1) / 2;
  }

  /// {@return what is seen in pictures `[B, channels, height, width]` from 0 to 1: `[B, features]`,
  /// 0 or more}
  ///
  /// @param pictures `[B, channels, height, width]`, 0 to 1
  /// @param pass training or evaluation
  public Tensor features(Tensor pictures, Pass pass) {
    return body.forward(pictures, pass);
  }

  /// {@return logits `[B, classes]` of features `[B, features]`}
  ///
  /// @param features `[B, features]`
  /// @param pass training or evaluation
  public Tensor verdict(Tensor features, Pass pass) {
    return head.forward(dropout.forward(features, pass), pass);
  }

  /// {@return logits `[B, classes]` of pictures `[B, channels, height, width]` from 0 to 1}
  ///
  /// @param pictures `[B, channels, height, width]`, 0 to 1
  /// @param pass training or evaluation
  public Tensor logits(Tensor pictures, Pass pass) {
    return verdict(features(pictures, pass), pass);
  }

  @Override
  public Parts parts() {
    return Parts.of(body, head);
  }
}
