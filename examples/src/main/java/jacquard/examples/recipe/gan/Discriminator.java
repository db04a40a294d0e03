package jacquard.examples.recipe.gan;

import jacquard.nn.BatchNorm;
import jacquard.nn.Conv2d;
import jacquard.nn.Embedding;
import jacquard.nn.Flatten;
import jacquard.nn.GroupNorm;
import jacquard.nn.Init;
import jacquard.nn.Initialiser;
import jacquard.nn.Layer;
import jacquard.nn.LayerNorm;
import jacquard.nn.LeakyRelu;
import jacquard.nn.Linear;
import jacquard.nn.Module;
import jacquard.nn.Parts;
import jacquard.nn.Pass;
import jacquard.nn.Sequential;
import jacquard.nn.SpectralNorm;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Pictures `[B, 1, height, width]` to logits `[B]`: high for what looks real, and like its class.
///
/// @param body pictures to features `[B, F]`
/// @param head features to a logit, `[B, 1]`
/// @param direction what a picture's features should agree with, by class, `[classes, F]`; null for
///   a model without classes
/// @see <a href="https://arxiv.org/abs/1802.05637">Miyato, Koyama: cGANs with projection
///   discriminator</a>
public record Discriminator(Sequential body, Layer head, @Nullable Layer direction)
    implements Module {
  private static final double SLOPE = 0.2;

  static Discriminator of(Init init, GanModel.Sizes sizes) {
    List<Layer> body = new ArrayList<>();
    int features =
        switch (sizes.arch()) {
          case MLP -> linear(init, sizes, body);
          case DCGAN -> convolutional(init, sizes, body);
        };
    GanModel.Norm norm = sizes.norm();
    Embedding direction =
        sizes.classes() == 0
            ? null
            : Embedding.of(
                init.at("direction"),
                sizes.classes(),
                features,
                Initialiser.normal(1 / Math.sqrt(features)));
    return new Discriminator(
        new Sequential(body),
        bounded(init.at("head"), head(init.at("head"), features, sizes.arch()), norm),
        direction == null || norm != GanModel.Norm.SPECTRAL
            ? direction
            : SpectralNorm.of(init.at("direction"), direction));
  }

  private static Linear head(Init init, int features, GanModel.Arch arch) {
    return switch (arch) {
      case MLP -> Linear.of(init, features, 1);
      case DCGAN -> Linear.of(init, features, 1, GanModel.CONVOLUTIONAL, Initialiser.zeros());
    };
  }

  private static int linear(Init init, GanModel.Sizes sizes, List<Layer> body) {
    GanModel.Norm norm = sizes.norm();
    body.add(new Flatten());
    int[] widths = {sizes.height() * sizes.width(), 512, 256};
    for (int i = 1; i < widths.length; i++) {
      Init at = init.at("fc" + i);
      body.add(bounded(at, Linear.of(at, widths[i - 1], widths[i]), norm));
      if (norm == GanModel.Norm.LAYER) {
        body.add(LayerNorm.of(init.at("norm" + i), widths[i]));
      }
      body.add(new LeakyRelu(SLOPE));
    }
    return widths[widths.length - 1];
  }

  private static int convolutional(Init init, GanModel.Sizes sizes, List<Layer> body) {
    GanModel.Norm norm = sizes.norm();
    int outer = sizes.channels();
    int inner = 2 * outer;
    Initialiser weight = GanModel.CONVOLUTIONAL;
    Initialiser bias = Initialiser.zeros();
    Init first = init.at("conv1");
    body.add(bounded(first, Conv2d.of(first, 1, outer, 4, 2, 1, weight, bias), norm));
    body.add(new LeakyRelu(SLOPE));
    Init second = init.at("conv2");
    body.add(bounded(second, Conv2d.of(second, outer, inner, 4, 2, 1, weight, bias), norm));
    switch (norm) {
      case BATCH -> body.add(BatchNorm.of(init.at("norm"), inner));
      case LAYER -> body.add(GroupNorm.of(init.at("norm"), inner, 1));
      case NONE, SPECTRAL -> {}
    }
    body.add(new LeakyRelu(SLOPE));
    body.add(new Flatten());
    return inner * (sizes.height() / 4) * (sizes.width() / 4);
  }

  private static Layer bounded(Init init, Linear layer, GanModel.Norm norm) {
    return norm == GanModel.Norm.SPECTRAL ? SpectralNorm.of(init, layer) : layer;
  }

  private static Layer bounded(Init init, Conv2d layer, GanModel.Norm norm) {
    return norm == GanModel.Norm.SPECTRAL ? SpectralNorm.of(init, layer) : layer;
  }

  /// Judges pictures.
  ///
  /// @param pictures `[B, 1, height, width]`, -1 to 1
  /// @param labels i32 `[B]`; null for a model without classes
  /// @param pass training or evaluation
  /// @return logits `[B]`
  public Tensor judge(Tensor pictures, @Nullable Tensor labels, Pass pass) {
    Tensor features = body.forward(pictures, pass);
    Tensor logits = head.forward(features, pass).reshape(-1);
    if (direction == null || labels == null) {
      return logits;
    }
    return logits.add(direction.forward(labels, pass).mul(features).sum(-1));
  }

  @Override
  public Parts parts() {
    return Parts.of(body, head, direction);
  }
}
