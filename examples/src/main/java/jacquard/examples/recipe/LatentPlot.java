package jacquard.examples.recipe;

import jacquard.examples.score.Projection;
import jacquard.examples.view.ScatterChart;
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

  /// Picocli fills in the options.
  public LatentPlot() {}

  @Override
  public Integer call() throws IOException {
    Require.atLeast("--count", count, 2);
    device.apply();
    RunFolder run = new RunFolder(folder);
    LatentMap map = LatentMap.open(run, data, count);
    Path path = out == null ? run.path().resolve("latent.png") : out;
    write(path, map);
    System.out.println(path);
    return 0;
  }

  private static void write(Path path, LatentMap map) throws IOException {
    boolean plane = map.isWhole();
    Projection seen = map.seen();
    int[] labels = map.labels();
    ScatterChart chart =
        new ScatterChart(
            plane
                ? "latent means of %,d test images".formatted(labels.length)
                : "latent means of %,d test images: two of %d directions, %.0f %% of the variance"
                    .formatted(labels.length, seen.origin().length, 100 * seen.share()),
            plane ? "first number" : "first principal component",
            plane ? "second number" : "second principal component");
    int classes = Arrays.stream(labels).max().orElse(0) + 1;
    for (int label = 0; label < classes; label++) {
      int wanted = label;
      int[] of = IntStream.range(0, labels.length).filter(i -> labels[i] == wanted).toArray();
      chart.add(
          Integer.toString(label),
          Arrays.stream(of).mapToDouble(i -> seen.x()[i]).toArray(),
          Arrays.stream(of).mapToDouble(i -> seen.y()[i]).toArray());
    }
    chart.write(path);
  }
}
