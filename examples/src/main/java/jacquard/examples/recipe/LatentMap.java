package jacquard.examples.recipe;

import jacquard.examples.recipe.vae.Vae;
import jacquard.examples.recipe.vae.VaePictures;
import jacquard.examples.score.Projection;
import jacquard.nn.io.Json;
import jacquard.nn.metrics.Features;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A plane of a VAE's latent space: all of it if the latent has two numbers, else where test
/// pictures vary most.
///
/// @param model whose latent space it is
/// @param seen means of the latents of test pictures
/// @param labels of those pictures
public record LatentMap(Vae model, Projection seen, int[] labels) {

  /// Reads a run's model and sees where test pictures lie.
  ///
  /// @param folder of the run
  /// @param data whose test pictures to show; null for those of the run
  /// @param count of the pictures
  /// @return the map
  /// @throws IOException if the run is none of a VAE, or it or its data can't be read
  /// @throws IllegalArgumentException if the latent has only one number
  public static LatentMap open(RunFolder folder, @Nullable Path data, int count)
      throws IOException {
    RunFolder run = RunFolder.open(folder.path());
    Json config = VaeRecipe.configOf(run);
    EvalOptions options = new EvalOptions();
    options.data = data;
    Vae model = VaeRecipe.load(run, config);
    int latent = model.sizes().latent();
    if (latent < 2) {
      throw new IllegalArgumentException(
          "plot latent: the latent has " + latent + " number, expected 2 or more");
    }
    Pictures test = options.digits(run, config, 0).tested(count);
    float[] means = new VaePictures(model).means(test.pixels(), test.labels());
    Features codes = new Features(means, test.count(), latent);
    return new LatentMap(
        model, latent == 2 ? Projection.plane(codes) : Projection.of(codes), test.labels());
  }

  /// {@return whether it is all of the latent space}
  public boolean isWhole() {
    return model.sizes().latent() == 2;
  }

  /// {@return the picture of a place, `[height, width]`, 0 to 1}
  ///
  /// @param x place along the plane's first direction
  /// @param y place along its second
  /// @param label what to draw; not looked at by a model without classes
  public float[] picture(double x, double y, int label) {
    return new VaePictures(model).picture(seen.vector(x, y), label);
  }
}
