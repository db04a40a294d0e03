package jacquard.examples.recipe;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What to measure a trained model on.
public final class EvalOptions {
  private static final int COUNT = 10_000;
  private static final long SEED = 1;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "What to measure on. Default: what the run was trained with.")
  @Nullable Path data;

  @Option(
      names = "--count",
      paramLabel = "N",
      description =
          "gan and vae: images to draw and to compare with. What fewer or more give is written to"
              + " RUN/eval-N.json. Default: 10000.")
  @Nullable Integer count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "gpt, gan and vae: what is drawn, and which images it is compared with. Default: 1.")
  @Nullable Long seed;

  @Mixin FeatureOptions features = new FeatureOptions();
  @Mixin BleuOptions bleu = new BleuOptions();

  /// Picocli fills in the options.
  public EvalOptions() {}

  /// @throws IllegalArgumentException if it is too small
  int count() {
    return count == null ? COUNT : Require.atLeast("--count", count, 10);
  }

  long seed() {
    return seed == null ? SEED : seed;
  }

  /// Where the result goes: what another `--count` than the usual gives doesn't replace the whole.
  ///
  /// @param run what is measured
  /// @return the file's path
  public Path file(RunFolder run) {
    return count() == COUNT ? run.evaluation() : run.evaluation(count());
  }

  /// @param kind what is measured, for people
  /// @param understood those of the options below that it does follow
  /// @throws IllegalArgumentException if one is given that it doesn't
  void requireOnly(String kind, String... understood) {
    Map<String, @Nullable Object> said = new LinkedHashMap<>();
    said.put("--count is for gan and vae runs", count);
    said.put("--seed is for gpt, gan and vae runs", seed);
    said.put("--smoothing is for gpt runs and --hypotheses", bleu.smoothing);
    said.put("--tokenize is for --hypotheses", bleu.words);
    said.put("--lowercase is for --hypotheses", bleu.lowercase ? true : null);
    said.forEach((limit, value) -> {
      if (value != null && !List.of(understood).contains(limit.substring(0, limit.indexOf(' ')))) {
        throw new IllegalArgumentException(limit + ", and this is a " + kind);
      }
    });
  }

  /// @throws IllegalArgumentException if something is said that only a run can follow
  void requireNoRun() {
    requireOnly("comparison of texts", "--smoothing", "--tokenize", "--lowercase");
    if (data != null || features.features != null) {
      throw new IllegalArgumentException(
          (data != null ? "--data" : "--features")
              + " is for runs, and this is a comparison of texts");
    }
  }

  /// The digits that a run was trained with, or those of `--data`.
  ///
  /// @param low what black is read as; white is 1
  /// @throws FormatException if they can't be read, or are not of the kind that the run's model was
  ///   made for
  Digits digits(RunFolder run, Json config, double low) throws FormatException {
    long seed = run.configured(config, c -> c.field("seed").asLong());
    Digits digits = Digits.of(data == null ? recorded(run, config) : data, low, 1, seed);
    Json model = run.configured(config, c -> c.field("model"));
    int height = run.configured(model, m -> m.field("height").asInt());
    int width = run.configured(model, m -> m.field("width").asInt());
    int classes = run.configured(model, m -> m.field("classes").asInt());
    // a model that isn't conditional has no classes
    if (digits.height() != height
        || digits.width() != width
        || (classes > 0 && digits.classes() > classes)) {
      throw new FormatException(
          "--data: pictures of %d x %d in %d classes, expected %d x %d%s as %s learned"
              .formatted(
                  digits.height(),
                  digits.width(),
                  digits.classes(),
                  height,
                  width,
                  classes > 0 ? " in at most " + classes : "",
                  run.path()));
    }
    return digits;
  }

  /// The `--data` that a run was trained with; null if it was made on the spot.
  static @Nullable Path recorded(RunFolder run, Json config) throws FormatException {
    List<String> paths =
        run.configured(
            config,
            c -> RecordedOptions.of(c.field("options")).values().getOrDefault("--data", List.of()));
    return paths.isEmpty() ? null : Path.of(paths.getFirst());
  }
}
