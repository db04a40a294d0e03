package jacquard.examples.recipe;

import jacquard.examples.recipe.vae.Vae;
import jacquard.examples.recipe.vae.VaePictures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jacquard plot manifold RUN`: what a VAE draws all over a latent of two numbers.
@Command(
    name = "manifold",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Draws what a vae run with --latent 2 makes of its latent space, both numbers from -2.5 to"
            + " 2.5.")
public final class ManifoldPlot implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "The folder of a vae run.")
  private Path folder;

  @Option(
      names = "--class",
      paramLabel = "N",
      description = "Of a run with --conditional: the class to draw. Default: 0.")
  private @Nullable Integer label;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write. Default: RUN/manifold.png, of class N RUN/manifold-N.png.")
  private @Nullable Path out;

  @Mixin private DeviceOptions device;

  /// Picocli fills in the options.
  public ManifoldPlot() {}

  @Override
  public Integer call() throws IOException {
    device.apply();
    RunFolder run = RunFolder.open(folder);
    Vae model = VaeRecipe.load(run, VaeRecipe.configOf(run));
    SampleOptions asked = new SampleOptions();
    asked.label = label;
    Integer only = asked.label(model.sizes().classes());
    Path path = out != null ? out : run.path().resolve(VaeGallery.manifold(only));
    new VaePictures(model).writeManifold(path, only == null ? 0 : only);
    System.out.println(path);
    return 0;
  }
}
