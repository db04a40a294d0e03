package jacquard.examples.recipe;

import jacquard.examples.recipe.vae.Vae;
import jacquard.examples.recipe.vae.VaePictures;
import jacquard.examples.score.Projection;
import jacquard.examples.view.ScatterChart;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.metrics.Features;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jacquard plot latent RUN`: where test pictures lie in a VAE's latent space, coloured by class.
@Command(
    name = "latent",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Draws where test images lie in the latent space of a vae run, coloured by class.",
      "A latent of more than two numbers is seen along its first two principal components."
    })
public final class LatentPlot implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "The folder of a vae run.")
  private Path folder;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Whose test images to show. Default: those of the run.")
  private @Nullable Path data;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Images to show. Default: ${DEFAULT-VALUE}.")
  private int count;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write. Default: RUN/latent.png.")
  private @Nullable Path out;

  @Mixin private DeviceOptions device;

  @Override
  public Integer call() throws IOException {
    Require.atLeast("--count", count, 2);
    RunFolder run = RunFolder.open(folder);
    device.apply();
    Json config = run.readConfig();
    String recipe = run.configured(config, c -> c.field("recipe").asText());
    if (!recipe.equals(VaeRecipe.NAME)) {
      throw new FormatException(
          folder + ": is a run of train " + recipe + ", expected one of train vae");
    }
    EvalOptions options = new EvalOptions();
    options.data = data;
    Vae model = VaeRecipe.load(run, config);
    Path path = out == null ? run.path().resolve("latent.png") : out;
    write(path, model, options.digits(run, config, 0).tested(count));
    System.out.println(path);
    return 0;
  }

  private static void write(Path path, Vae model, Pictures test) throws IOException {
    int latent = model.sizes().latent();
    float[] means = new VaePictures(model).means(test.pixels(), test.labels());
    Features codes = new Features(means, test.count(), latent);
    if (latent < 2) {
      throw new IllegalArgumentException(
          "plot latent: the latent has " + latent + " number, expected 2 or more");
    }
    boolean plane = latent == 2;
    Projection seen = plane ? plane(codes) : Projection.of(codes);
    ScatterChart chart =
        new ScatterChart(
            plane
                ? "latent means of %,d test images".formatted(test.count())
                : "latent means of %,d test images: two of %d directions, %.0f %% of the variance"
                    .formatted(test.count(), latent, 100 * seen.share()),
            plane ? "first number" : "first principal component",
            plane ? "second number" : "second principal component");
    int classes = Arrays.stream(test.labels()).max().orElse(0) + 1;
    for (int label = 0; label < classes; label++) {
      int wanted = label;
      int[] of = IntStream.range(0, test.count()).filter(i -> test.labels()[i] == wanted).toArray();
      chart.add(
          Integer.toString(label),
          Arrays.stream(of).mapToDouble(i -> seen.x()[i]).toArray(),
          Arrays.stream(of).mapToDouble(i -> seen.y()[i]).toArray());
    }
    chart.write(path);
  }

  private static Projection plane(Features codes) {
    return new Projection(
        IntStream.range(0, codes.rows()).mapToDouble(i -> codes.values()[2 * i]).toArray(),
        IntStream.range(0, codes.rows()).mapToDouble(i -> codes.values()[2 * i + 1]).toArray(),
        1);
  }
}
