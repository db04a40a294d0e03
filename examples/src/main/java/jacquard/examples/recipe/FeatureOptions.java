package jacquard.examples.recipe;

import jacquard.examples.recipe.classifier.Classifier;
import jacquard.examples.score.ImageJudge;
import jacquard.examples.score.LayerListFeatures;
import jacquard.nn.Init;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// By which network pictures are compared: `--features`.
final class FeatureOptions {
  @Option(
      names = "--features",
      paramLabel = "RUN",
      description =
          "What pictures are compared by: a run of train classifier, or a JSON file that lists the"
              + " layers of another network. Default: the newest runs/classifier-*.")
  @Nullable Path features;

  /// The network that was named, or else the newest classifier; null if there is none.
  ///
  /// @throws FormatException if what was named can't be read, or takes pictures of another size
  @Nullable ImageJudge find(int height, int width) throws FormatException {
    Path path = features == null ? newest() : features;
    if (path == null) {
      return null;
    }
    ImageJudge judge =
        Files.isRegularFile(path) ? LayerListFeatures.read(path) : classifier(RunFolder.open(path));
    int[] takes = judge.picture().toArray();
    if (takes[0] == 1 && takes[1] == height && takes[2] == width) {
      return judge;
    }
    if (features == null) {
      return null;
    }
    throw new FormatException(
        "--features: "
            + path
            + ": takes pictures of "
            + judge.picture()
            + ", expected [1, "
            + height
            + ", "
            + width
            + "]");
  }

  /// [#find], which must find one.
  ///
  /// @throws FormatException if there is none
  ImageJudge require(int height, int width) throws FormatException {
    ImageJudge judge = find(height, width);
    if (judge == null) {
      throw new FormatException(
          "--features: no network for pictures of %d x %d to compare them by: name one, or make it with train classifier and the same --data"
              .formatted(height, width));
    }
    return judge;
  }

  private static ImageJudge classifier(RunFolder run) throws FormatException {
    Classifier classifier = classifier(run, run.readConfig());
    return ImageJudge.of(classifier, run.path().toString());
  }

  /// The network of a run of `train classifier`.
  ///
  /// @throws FormatException if it is another recipe's
  static Classifier classifier(RunFolder run, Json config) throws FormatException {
    String recipe = run.configured(config, c -> c.field("recipe").asText());
    if (!recipe.equals(ClassifierRecipe.NAME)) {
      throw new FormatException(
          run.path() + ": is a run of train " + recipe + ", expected one of train classifier");
    }
    Classifier classifier =
        run.configured(
            config, c -> Classifier.of(Init.of(0), Classifier.Sizes.of(c.field("model")), 0));
    classifier.load(run.model());
    return classifier;
  }

  private static @Nullable Path newest() throws FormatException {
    Path runs = Path.of("runs");
    if (!Files.isDirectory(runs)) {
      return null;
    }
    try (Stream<Path> entries = Files.list(runs)) {
      List<Path> models =
          entries
              .filter(
                  run -> runs.relativize(run).toString().startsWith(ClassifierRecipe.NAME + "-"))
              .map(run -> new RunFolder(run).model())
              .filter(Files::isRegularFile)
              .sorted(Comparator.comparing(FeatureOptions::written))
              .toList();
      return models.isEmpty() ? null : models.getLast().getParent();
    } catch (IOException e) {
      throw FormatException.unreadable("--features", runs, e);
    }
  }

  private static FileTime written(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}
