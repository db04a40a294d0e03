package jacquard.examples.recipe;

import jacquard.examples.recipe.classifier.Classifier;
import jacquard.examples.recipe.gan.GanModel;
import jacquard.examples.recipe.vae.Vae;
import jacquard.examples.recipe.vae.VaePictures;
import jacquard.examples.score.ImageJudge;
import jacquard.examples.score.ImageScores;
import jacquard.nn.Loss;
import jacquard.nn.Pass;
import jacquard.nn.Reduction;
import jacquard.nn.data.Batch;
import jacquard.nn.data.SplitMix;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.metrics.ClassHistogram;
import jacquard.nn.metrics.Features;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Measures runs that have to do with pictures.
///
/// What was drawn is compared with as many of the pictures that the run learned from, drawn by lot.
/// The floor beside a figure is what as many test pictures, drawn by lot too, give in its place: no
/// model that draws new pictures gets far below.
public final class ImageEvaluation {
  private static final int PIXELS_AT_ONCE = 1000;

  private ImageEvaluation() {}

  /// Measures a GAN: FID, kernel distance, precision, recall and classes.
  ///
  /// @param run folder of the run
  /// @param config its configuration
  /// @param options what to measure it on
  /// @return the figures
  /// @throws IOException if files can't be read, or there is no feature network
  public static Evaluation gan(RunFolder run, Json config, EvalOptions options) throws IOException {
    options.requireOnly(GanRecipe.NAME, "--count", "--seed");
    GanModel model = GanRecipe.load(run, config);
    Digits digits = options.digits(run, config, -1);
    FeatureOptions.Chosen features = options.features.require(digits);
    Pictures drawn = GanSampler.draw(model, count(options, digits), options.seed(), null);
    List<Evaluation.Row> rows = new ArrayList<>();
    Map<String, Object> facts = new LinkedHashMap<>();
    compare(drawn, digits, options.seed(), features, rows, facts);
    return new Evaluation(
        "gan %s: %,d drawn against %,d of %,d learned, by %s"
            .formatted(
                run.path(), drawn.count(), drawn.count(), digits.known().size(), features.path()),
        rows,
        facts);
  }

  /// Measures a VAE: the parts of its bound on test pictures and, with a feature network, what it
  /// draws.
  ///
  /// @param run folder of the run
  /// @param config its configuration
  /// @param options what to measure it on
  /// @return the figures
  /// @throws IOException if files can't be read
  public static Evaluation vae(RunFolder run, Json config, EvalOptions options) throws IOException {
    options.requireOnly(VaeRecipe.NAME, "--count", "--seed");
    Vae model = VaeRecipe.load(run, config);
    Digits digits = options.digits(run, config, 0);
    VaeRecipe.Bound bound = VaeRecipe.measure(model, digits);
    List<Evaluation.Row> rows = new ArrayList<>();
    rows.add(Evaluation.Row.of("negative_elbo", bound.total(), "nats an image, lower is better"));
    rows.add(Evaluation.Row.of("reconstruction", bound.reconstruction(), "nats of it"));
    rows.add(Evaluation.Row.of("divergence", bound.divergence(), "nats of it"));
    Map<String, Object> facts = new LinkedHashMap<>();
    FeatureOptions.Chosen features = options.features.find(digits);
    String by = "no feature network, so what it draws is not measured";
    if (features != null) {
      Pictures drawn = drawn(model, count(options, digits), options.seed(), digits.classes());
      compare(drawn, digits, options.seed(), features, rows, facts);
      by = "what it draws by " + features.path();
    }
    return new Evaluation(
        "vae %s on %,d test images; %s".formatted(run.path(), digits.test().size(), by),
        rows,
        facts);
  }

  private static Pictures drawn(Vae model, int count, long seed, int classes) {
    VaePictures pictures = new VaePictures(model);
    int each = model.sizes().pixels();
    float[] pixels = new float[count * each];
    int[] labels = new int[count];
    Arrays.setAll(labels, i -> i % classes);
    for (int from = 0; from < count; from += PIXELS_AT_ONCE) {
      int to = Math.min(from + PIXELS_AT_ONCE, count);
      long own = SplitMix.of(seed, from).nextLong();
      float[] block = pictures.drawn(own, Arrays.copyOfRange(labels, from, to));
      System.arraycopy(block, 0, pixels, from * each, block.length);
    }
    return new Pictures(pixels, labels, model.sizes().height(), model.sizes().width());
  }

  /// Pictures of each kind that are compared: no more than there are to compare with.
  private static int count(EvalOptions options, Digits digits) {
    return Math.min(options.count(), Math.min(digits.test().size(), digits.known().size()));
  }

  private static void compare(
      Pictures drawn,
      Digits digits,
      long seed,
      FeatureOptions.Chosen features,
      List<Evaluation.Row> rows,
      Map<String, Object> facts)
      throws FormatException {
    ImageJudge judge = features.judge();
    int count = drawn.count();
    Features real = judge.features(digits.someLearned(count, seed).pixels(), count);
    Features made = judge.features(drawn.pixels(), count);
    Features unseen = judge.features(digits.someTested(count, seed).pixels(), count);
    Map<String, Double> values = ImageScores.of(real, made).values();
    Map<String, Double> floors = ImageScores.of(real, unseen).values();
    values.forEach((name, value) ->
        rows.add(
            new Evaluation.Figure(name, value, floors.get(name), MEANINGS.getOrDefault(name, ""))));
    ClassHistogram classes = judge.classes(made);
    ClassHistogram expected = judge.classes(unseen);
    if (classes != null && expected != null) {
      rows.add(
          new Evaluation.Figure(
              "entropy",
              classes.entropy(),
              expected.entropy(),
              "nats, of %.3f for classes in equal parts"
                  .formatted(Math.log(classes.counts().length))));
      rows.add(
          new Evaluation.Figure(
              "classes", classes.present(), (double) expected.present(), "that are drawn at all"));
      rows.add(new Evaluation.Counts("histogram", counts(classes), counts(expected)));
    }
    facts.put("features", features.toConfig());
    facts.put("count", count);
    facts.put("seed", seed);
  }

  private static List<Integer> counts(ClassHistogram classes) {
    return Arrays.stream(classes.counts()).boxed().toList();
  }

  private static final Map<String, String> MEANINGS =
      Map.of(
          "fid", "lower is better",
          "kid", "lower is better, 0 for the same distribution",
          "kid_deviation", "of a subset's, of at most half the pictures",
          "precision", "part of the drawn that lie among the real",
          "recall", "part of the real that lie among the drawn");

  /// Measures a classifier: accuracy, cross-entropy, and what is taken for what.
  ///
  /// @param run folder of the run
  /// @param config its configuration
  /// @param options what to measure it on
  /// @return the figures
  /// @throws IOException if files can't be read
  public static Evaluation classifier(RunFolder run, Json config, EvalOptions options)
      throws IOException {
    options.requireOnly(ClassifierRecipe.NAME);
    Classifier model = FeatureOptions.classifier(run, config);
    Digits digits = options.digits(run, config, 0);
    int classes = model.sizes().classes();
    long[][] taken = new long[classes][classes];
    double missed = 0;
    int right = 0;
    for (Batch images : digits.testBatches()) {
      Tensor logits = model.logits(images.tensor("image"), Pass.evaluation());
      Tensor loss =
          Loss.crossEntropy(logits, images.tensor("label"), Reduction.NONE)
              .mul(images.mask())
              .sum();
      Tensor verdicts = logits.argmax(-1);
      Step.realise(loss, verdicts);
      missed += loss.item();
      int[] verdict = verdicts.toIntArray();
      int[] label = images.ints("label");
      for (int row = 0; row < images.valid(); row++) {
        taken[label[row]][verdict[row]]++;
        right += label[row] == verdict[row] ? 1 : 0;
      }
    }
    int size = digits.test().size();
    return new Evaluation(
        "classifier %s on %,d test images".formatted(run.path(), size),
        List.of(
            Evaluation.Row.of("accuracy", (double) right / size, "part that is told right"),
            Evaluation.Row.of("cross_entropy", missed / size, "nats an image, lower is better"),
            Evaluation.Row.of("misread", size - right, "images")),
        Map.of(
            "confusion",
            Arrays.stream(taken).map(row -> Arrays.stream(row).boxed().toList()).toList()));
  }
}
