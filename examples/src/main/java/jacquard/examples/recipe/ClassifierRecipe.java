package jacquard.examples.recipe;

import jacquard.examples.recipe.classifier.Classifier;
import jacquard.examples.view.ImageGrid;
import jacquard.examples.view.LossChart;
import jacquard.nn.Init;
import jacquard.nn.Loss;
import jacquard.nn.Pass;
import jacquard.nn.Reduction;
import jacquard.nn.data.Batch;
import jacquard.nn.data.DataLoader;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Group;
import jacquard.nn.optim.Schedule;
import jacquard.nn.train.Inspection;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Key;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A convolutional classifier of digits. Beside telling digits apart it gives the features by which
/// `jacquard eval` and the monitors of `train gan` compare pictures.
@Command(
    name = "classifier",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a network that tells digits apart; 5 epochs unless told otherwise.",
      "Learns digits drawn from strokes, or with --data a folder with MNIST's IDX files."
    })
public final class ClassifierRecipe implements Callable<Integer> {
  static final String NAME = "classifier";

  @Mixin private TrainOptions options;
  @Mixin private AugmentOptions augment;
  @Mixin private PrecisionOptions precision;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "128",
      description = "Images in a step. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--lr",
      paramLabel = "X",
      defaultValue = "2e-3",
      description = "Highest learning rate; it falls to 0. Default: ${DEFAULT-VALUE}.")
  private double learningRate;

  @Option(
      names = "--features",
      paramLabel = "N",
      defaultValue = "128",
      description = "Width of the layer before the last. Default: ${DEFAULT-VALUE}.")
  private int features;

  @Option(
      names = "--dropout",
      paramLabel = "X",
      defaultValue = "0.3",
      description = "Part of the features that a step does without. Default: ${DEFAULT-VALUE}.")
  private double dropout;

  /// Picocli fills in the options.
  public ClassifierRecipe() {}

  @Override
  public Integer call() throws IOException {
    Require.atLeast("--batch", batch, 1);
    Require.aboveZero("--lr", learningRate);
    Require.atLeast("--features", features, 1);
    Require.probability("--dropout", dropout);
    options.device.apply();

    Digits digits = augment.apply(Digits.of(options.data, 0, batch, options.seed), options.seed);
    long steps = options.steps(digits.stepsPerEpoch(), TrainOptions.Length.ofEpochs(5));
    Classifier.Sizes sizes =
        new Classifier.Sizes(1, digits.height(), digits.width(), features, digits.classes());
    Classifier model = Classifier.of(Init.of(options.seed), sizes, dropout);
    TrainStep<Batch> trainStep =
        precision.apply(
            TrainStep.of(
                (images, pass) ->
                    Loss.crossEntropy(
                        model.logits(images.tensor("image"), pass), images.tensor("label")),
                new Adam(
                    List.of(new Group(model.parameters(), rate(steps), 0)), Adam.Settings.ADAM_W),
                Key.of(options.seed)));

    if (options.visitor != null) {
      try (DataLoader first = new DataLoader(digits.train(), 0, 1, 1)) {
        return options.visitor.visit(new Lesson(model, trainStep, first, digits));
      }
    }
    try (Run run = options.open(NAME, config(digits, sizes, steps))) {
      return train(run, model, trainStep, digits);
    }
  }

  private int train(Run run, Classifier model, TrainStep<Batch> trainStep, Digits digits)
      throws IOException {
    System.out.printf(
        "classifier: %,d parameters learn %s; run %s%n",
        model.parameterCount(), digits.source(), run.path());
    Pace pace = Pace.of(NAME, run.end(), digits.stepsPerEpoch(), "images", batch);
    LossChart chart =
        LossChart.logarithmic("classifier: " + digits.source(), "cross-entropy, nats per image")
            .noisy("loss")
            .exact("val_loss");
    try (DataLoader batches = augment.loader(digits, run.first(), run.end())) {
      int exit =
          new TrainingLoop(run, pace, chart).run(new Lesson(model, trainStep, batches, digits));
      Path misread = run.folder().sample(run.end(), "png");
      if (Files.exists(misread)) {
        System.out.println("images it misreads: " + misread);
      }
      return exit;
    }
  }

  private Schedule rate(long steps) {
    return Schedule.warmupCosine(learningRate, 0, Math.min(100, steps / 10), steps);
  }

  private Map<String, Object> config(Digits digits, Classifier.Sizes sizes, long steps) {
    Map<String, Object> config =
        options.config(NAME, digits.source(), digits.fingerprint(), steps, batch, learningRate);
    config.put("dropout", dropout);
    config.put("model", sizes.config());
    return config;
  }

  /// A model in training.
  private record Lesson(
      Classifier model, TrainStep<Batch> trainStep, DataLoader batches, Digits digits)
      implements Training {

    @Override
    public List<State> states() {
      return Stream.of(model.states(), trainStep.states()).flatMap(List::stream).toList();
    }

    @Override
    public Map<String, Double> step(long step) {
      return Map.of("loss", trainStep.run(step, batches.next()).loss().item());
    }

    @Override
    public List<Supplier<Work>> plans(long step) {
      return List.of(() -> trainStep.work(step, digits.train().batch(step)));
    }

    @Override
    public Inspection inspect(long step) {
      return trainStep.inspect(step, digits.train().batch(step));
    }

    @Override
    public @Nullable String note() {
      return trainStep.note();
    }

    @Override
    public Map<String, Double> validate(boolean last) {
      double loss = 0;
      double right = 0;
      for (Batch images : digits.testBatches()) {
        Tensor logits = model.logits(images.tensor("image"), Pass.evaluation());
        Tensor label = images.tensor("label");
        Tensor missed = Loss.crossEntropy(logits, label, Reduction.NONE).mul(images.mask()).sum();
        Tensor hits = logits.argmax(-1).eq(label).cast(logits.dtype()).mul(images.mask()).sum();
        Step.realise(missed, hits);
        loss += missed.item();
        right += hits.item();
      }
      int size = digits.test().size();
      Map<String, Double> measured = new LinkedHashMap<>();
      measured.put("val_loss", loss / size);
      measured.put("val_accuracy", right / size);
      return measured;
    }

    /// Test images that are taken for another class, at most 64; nothing if none is.
    @Override
    public void sample(RunFolder run, long step) throws IOException {
      List<float[]> misread = new ArrayList<>();
      for (Batch images : digits.testBatches()) {
        Tensor logits = model.logits(images.tensor("image"), Pass.evaluation());
        int[] taken = logits.argmax(-1).toIntArray();
        for (int row = 0; row < images.valid() && misread.size() < 64; row++) {
          if (taken[row] != images.ints("label")[row]) {
            misread.add(Digits.row(images, row));
          }
        }
      }
      if (!misread.isEmpty()) {
        ImageGrid.of(digits.height(), digits.width())
            .withScale(2)
            .write(run.sample(step, "png"), Digits.joined(misread), misread.size());
      }
    }
  }
}
