package jacquard.examples.recipe.vae;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// All that is needed to build a [Vae] again.
///
/// @param arch of encoder and decoder
/// @param height of a picture
/// @param width of a picture
/// @param hidden width of the linear layers beside the latent
/// @param latent numbers that a picture is squeezed into
/// @param classes that pictures are drawn of on demand; 0 for a model without
/// @param likelihood what the decoder says of a pixel
public record VaeSizes(
    Arch arch, int height, int width, int hidden, int latent, int classes, Likelihood likelihood) {

  /// What encoder and decoder are built of.
  public enum Arch {
    /// Linear layers.
    MLP,
    /// Convolutions.
    CONV
  }

  /// What the decoder says of a pixel.
  public enum Likelihood {
    /// How likely it is white; grey counts as that probability.
    BERNOULLI,
    /// Its mean, with one deviation for all pixels, which is learned. A density: its logarithm may
    /// be above 0.
    GAUSSIAN
  }

  /// Checks the sizes.
  ///
  /// @throws IllegalArgumentException if the architecture can't take such pictures
  public VaeSizes {
    if (arch == Arch.CONV && (height % 4 != 0 || width % 4 != 0)) {
      throw new IllegalArgumentException(
          "--arch conv takes pictures whose sides 4 divides, and these are "
              + height
              + " x "
              + width
              + "; take mlp");
    }
  }

  /// {@return pixels of a picture}
  public int pixels() {
    return height * width;
  }

  /// Pixels of a picture of a quarter of the height and width.
  int quarters() {
    return (height / 4) * (width / 4);
  }

  /// As the field `model` of a run's configuration.
  ///
  /// @return all sizes by name
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("arch", arch.name().toLowerCase(Locale.ROOT));
    config.put("height", height);
    config.put("width", width);
    config.put("hidden", hidden);
    config.put("latent", latent);
    config.put("classes", classes);
    config.put("likelihood", likelihood.name().toLowerCase(Locale.ROOT));
    return config;
  }

  /// Reads what [#config] gave.
  ///
  /// @param model the field `model`
  /// @return the sizes
  /// @throws FormatException if a field is missing or of another type
  /// @throws IllegalArgumentException if there is no such architecture
  public static VaeSizes of(Json model) throws FormatException {
    return new VaeSizes(
        Arch.valueOf(model.field("arch").asText().toUpperCase(Locale.ROOT)),
        model.field("height").asInt(),
        model.field("width").asInt(),
        model.field("hidden").asInt(),
        model.field("latent").asInt(),
        model.field("classes").asInt(),
        Likelihood.valueOf(model.field("likelihood").asText().toUpperCase(Locale.ROOT)));
  }
}
