package jacquard.examples.recipe.gan;

import jacquard.nn.Activation;
import jacquard.nn.BatchNorm;
import jacquard.nn.ConvTranspose2d;
import jacquard.nn.Init;
import jacquard.nn.Initialiser;
import jacquard.nn.Linear;
import jacquard.nn.Module;
import jacquard.nn.Parts;
import jacquard.nn.Pass;
import jacquard.nn.Sequential;
import jacquard.nn.Unflatten;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Noise to pictures `[B, 1, height, width]`, -1 to 1. A class that is asked for goes in beside the
/// noise, one-hot.
///
/// @param layers noise, and class, to pictures
/// @param latent numbers of noise that a picture is drawn from
/// @param classes 0 if none can be asked for
public record Generator(Sequential layers, int latent, int classes) implements Module {

  static Generator of(Init init, GanModel.Sizes sizes) {
    int in = sizes.latent() + sizes.classes();
    return new Generator(
        switch (sizes.arch()) {
          case MLP -> linear(init, in, sizes.height(), sizes.width());
          case DCGAN -> convolutional(init, in, sizes);
        },
        sizes.latent(),
        sizes.classes());
  }

  private static Sequential linear(Init init, int in, int height, int width) {
    return Sequential.of(
        Linear.of(init.at("fc1"), in, 256),
        Activation.RELU,
        Linear.of(init.at("fc2"), 256, 512),
        Activation.RELU,
        Linear.of(init.at("fc3"), 512, height * width),
        Activation.TANH,
        Unflatten.of(1, height, width));
  }

  private static Sequential convolutional(Init init, int in, GanModel.Sizes sizes) {
    int outer = sizes.channels();
    int inner = 2 * outer;
    int height = sizes.height() / 4;
    int width = sizes.width() / 4;
    Initialiser weight = GanModel.CONVOLUTIONAL;
    return Sequential.of(
        Linear.of(init.at("fc"), in, inner * height * width, weight),
        Unflatten.of(inner, height, width),
        BatchNorm.of(init.at("norm1"), inner),
        Activation.RELU,
        ConvTranspose2d.of(init.at("up1"), inner, outer, 4, 2, 1, 0, weight, null),
        BatchNorm.of(init.at("norm2"), outer),
        Activation.RELU,
        ConvTranspose2d.of(init.at("up2"), outer, 1, 4, 2, 1, 0, weight, Initialiser.zeros()),
        Activation.TANH);
  }

  /// Draws one picture for each row of noise.
  ///
  /// @param noise standard normal, `[B, latent]`
  /// @param labels i32 `[B]`; null for a model without classes
  /// @param pass training or evaluation
  /// @return pictures `[B, 1, height, width]`, -1 to 1
  public Tensor draw(Tensor noise, @Nullable Tensor labels, Pass pass) {
    if (labels == null) {
      return layers.forward(noise, pass);
    }
    return layers.forward(Tensor.concat(1, noise, labels.oneHot(classes, noise.dtype())), pass);
  }

  /// Draws pictures.
  ///
  /// @param key of the noise
  /// @param count number of pictures
  /// @param labels i32 `[count]`; null for a model without classes
  /// @param pass training or evaluation
  /// @return pictures `[count, 1, height, width]`, -1 to 1
  public Tensor draw(Key key, int count, @Nullable Tensor labels, Pass pass) {
    return draw(Tensor.randn(key, count, latent), labels, pass);
  }

  @Override
  public Parts parts() {
    return Parts.of(layers);
  }
}
