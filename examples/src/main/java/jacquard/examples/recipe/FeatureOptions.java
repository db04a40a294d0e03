package jacquard.examples.recipe;

import jacquard.examples.recipe.classifier.Classifier;
import jacquard.examples.score.ImageJudge;
import jacquard.examples.score.LayerListFeatures;
import jacquard.nn.Init;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// By which network pictures are compared: `--features`.
final class FeatureOptions {
  private static final Path RUNS = Path.of("runs");

  @Option(
      names = "--features",
      paramLabel = "RUN",
      description =
          "What pictures are compared by: a run of train classifier, or a JSON file that lists the"
              + " layers of another network. Default: the newest classifier in runs that learned the"
              + " same pictures.")
  @Nullable Path features;

  /// A network and where it was found.
  ///
  /// @param path of a run, or of a list of layers
  record Chosen(Path path, ImageJudge judge) {
    /// For `config.json` and `eval.json`: where the network lies, and the CRC-32C of the run's
    /// weights, or of the list of layers and theirs.
    Map<String, Object> toConfig() throws FormatException {
      CRC32C crc = new CRC32C();
      for (Path file :
          Files.isDirectory(path)
              ? List.of(new RunFolder(path).model())
              : LayerListFeatures.files(path)) {
        try {
          crc.update(Files.readAllBytes(file));
        } catch (IOException e) {
          throw FormatException.unreadable("--features", file, e);
        }
      }
      Map<String, Object> config = new LinkedHashMap<>();
      config.put("path", path.toAbsolutePath().toString());
      config.put("crc32c", "%08x".formatted((int) crc.getValue()));
      return config;
    }
  }

  /// The network that was named, or else the newest classifier that learned `digits`; null if there
  /// is none.
  ///
  /// @throws FormatException if what was named can't be read, or takes pictures of another size
  @Nullable Chosen find(Digits digits) throws FormatException {
    return features == null ? newest(RUNS, digits) : named(features, digits);
  }

  /// The same for a run that may have begun earlier: it keeps to the network that it had, if that
  /// is still there; if not, or if its weights are others by now, it says so.
  ///
  /// @throws FormatException as [#find(Digits)]
  @Nullable Chosen find(Digits digits, @Nullable Continuation begun) throws FormatException {
    Json recorded = begun == null ? null : begun.config().optional("features");
    if (features == null && recorded != null) {
      Path path = Path.of(recorded.field("path").asText());
      if (!Files.exists(path)) {
        System.err.printf(
            "features: %s, by which this run was measured so far, is gone: FIDs from here on can't"
                + " be compared with those before%n",
            path);
        return find(digits);
      }
      Chosen chosen = named(path, digits);
      String checksum = recorded.field("crc32c").asText();
      if (!checksum.equals(chosen.toConfig().get("crc32c"))) {
        System.err.printf(
            "features: %s has other weights than when this run began: FIDs from here on can't be"
                + " compared with those before%n",
            path);
      }
      return chosen;
    }
    return find(digits);
  }

  private static Chosen named(Path path, Digits digits) throws FormatException {
    ImageJudge judge =
        Files.isRegularFile(path) ? LayerListFeatures.read(path) : classifier(RunFolder.open(path));
    if (!takes(judge, digits)) {
      throw new FormatException(
          "--features: %s: takes pictures of %s, expected [1, %d, %d]"
              .formatted(path, judge.picture(), digits.height(), digits.width()));
    }
    return new Chosen(path, judge);
  }

  private static boolean takes(ImageJudge judge, Digits digits) {
    return judge.picture().equals(Shape.of(1, digits.height(), digits.width()));
  }

  /// [#find(Digits)], which must find one.
  ///
  /// @throws FormatException if there is none
  Chosen require(Digits digits) throws FormatException {
    Chosen chosen = find(digits);
    if (chosen == null) {
      throw new FormatException(
          "--features: no classifier in %s learned %s (%d x %d), to compare by: name a network, or make it with train classifier and the same --data"
              .formatted(RUNS, digits.source(), digits.height(), digits.width()));
    }
    return chosen;
  }

  /// The newest classifier under `runs` that learned `digits`; null if there is none. One that
  /// can't be read is passed over.
  static @Nullable Chosen newest(Path runs, Digits digits) throws FormatException {
    for (Path path : newestFirst(runs)) {
      RunFolder run = new RunFolder(path);
      try {
        Json config = run.readConfig();
        if (isClassifier(run, config) && digits.isLearnedBy(config)) {
          ImageJudge judge = classifier(run);
          if (takes(judge, digits)) {
            return new Chosen(path, judge);
          }
        }
      } catch (FormatException e) {
        System.err.printf("%s is passed over: %s%n", path, e.getMessage());
      }
    }
    return null;
  }

  private static boolean isClassifier(RunFolder run, Json config) throws FormatException {
    return run.configured(config, c -> c.field("recipe").asText()).equals(ClassifierRecipe.NAME);
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

  private static List<Path> newestFirst(Path runs) throws FormatException {
    if (!Files.isDirectory(runs)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(runs)) {
      return entries
          .filter(run -> Files.isRegularFile(new RunFolder(run).model()))
          .sorted(Comparator.comparing(FeatureOptions::written).reversed())
          .toList();
    } catch (IOException e) {
      throw FormatException.unreadable("--features", runs, e);
    }
  }

  private static FileTime written(Path run) {
    try {
      return Files.getLastModifiedTime(new RunFolder(run).model());
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}
