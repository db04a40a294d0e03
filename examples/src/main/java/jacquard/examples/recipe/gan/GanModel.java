package jacquard.examples.recipe.gan;

import jacquard.nn.Init;
import jacquard.nn.Initialiser;
import jacquard.nn.Module;
import jacquard.nn.Parts;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.optim.Ema;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A generator, its discriminator, and the average of the generator's parameters if one is kept:
/// what a run stores.
///
/// @param sizes of the networks
/// @param generator noise to pictures
/// @param discriminator pictures to logits
/// @param average null for none; samples are drawn with it if there is one
public record GanModel(
    Sizes sizes, Generator generator, Discriminator discriminator, @Nullable Ema average)
    implements Module {

  /// The initial weights of [Arch#DCGAN], as in its paper.
  static final Initialiser CONVOLUTIONAL = Initialiser.normal(0.02);

  /// What the networks are built of.
  public enum Arch {
    /// Linear layers.
    MLP,
    /// Convolutions.
    ///
    /// @see <a href="https://arxiv.org/abs/1511.06434">Radford et al.: Unsupervised representation
    ///   learning with deep convolutional generative adversarial networks</a>
    DCGAN
  }

  /// What keeps the discriminator's layers in bounds.
  public enum Norm {
    /// Nothing.
    NONE,
    /// For [Arch#DCGAN], as in its paper; mixes the pictures of a batch, so that no penalty can be
    /// taken.
    BATCH,
    /// Each picture for itself.
    LAYER,
    /// Weights of norm 1, no other normalisation.
    SPECTRAL
  }

  /// All that is needed to build the networks again.
  ///
  /// @param arch of both networks
  /// @param height of a picture
  /// @param width of a picture
  /// @param channels of the outer convolutions of [Arch#DCGAN]; the inner ones have twice as many
  /// @param latent numbers of noise that a picture is drawn from
  /// @param classes that pictures are drawn of on demand; 0 for a model without
  /// @param norm of the discriminator
  /// @param ema decay of the average; 0 for none
  public record Sizes(
      Arch arch,
      int height,
      int width,
      int channels,
      int latent,
      int classes,
      Norm norm,
      double ema) {

    /// Checks the sizes.
    ///
    /// @throws IllegalArgumentException if the architecture can't draw such pictures
    public Sizes {
      if (arch == Arch.DCGAN && (height % 4 != 0 || width % 4 != 0)) {
        throw new IllegalArgumentException(
            "--arch dcgan draws pictures whose sides 4 divides, and these are "
                + height
                + " x "
                + width
                + "; take mlp");
      }
    }

    /// As the field `model` of a run's configuration.
    ///
    /// @return all sizes by name
    public Map<String, Object> config() {
      Map<String, Object> config = new LinkedHashMap<>();
      config.put("arch", arch.name().toLowerCase(Locale.ROOT));
      config.put("height", height);
      config.put("width", width);
      config.put("channels", channels);
      config.put("latent", latent);
      config.put("classes", classes);
      config.put("norm", norm.name().toLowerCase(Locale.ROOT));
      config.put("ema", ema);
      return config;
    }

    /// Reads what [#config] gave.
    ///
    /// @param model the field `model`
    /// @return the sizes
    /// @throws FormatException if a field is missing or of another type
    /// @throws IllegalArgumentException if there is no such architecture
    public static Sizes of(Json model) throws FormatException {
      return new Sizes(
          Arch.valueOf(model.field("arch").asText().toUpperCase(Locale.ROOT)),
          model.field("height").asInt(),
          model.field("width").asInt(),
          model.field("channels").asInt(),
          model.field("latent").asInt(),
          model.field("classes").asInt(),
          Norm.valueOf(model.field("norm").asText().toUpperCase(Locale.ROOT)),
          model.field("ema").asDouble());
    }
  }

  /// New networks.
  ///
  /// @param init draws the weights
  /// @param sizes of the networks
  /// @return the networks, untrained
  public static GanModel of(Init init, Sizes sizes) {
    Generator generator = Generator.of(init.at("generator"), sizes);
    return new GanModel(
        sizes,
        generator,
        Discriminator.of(init.at("discriminator"), sizes),
        sizes.ema > 0 ? new Ema(generator.parameters(), sizes.ema) : null);
  }

  /// {@return what draws as well as can be: with averaged parameters if there are any}
  public Brush brush() {
    return Brush.of(this);
  }

  @Override
  public Parts parts() {
    return Parts.of(generator, discriminator, average);
  }
}
