package jacquard.examples.recipe;

import jacquard.examples.recipe.vae.Vae;
import jacquard.examples.recipe.vae.VaePictures;
import jacquard.examples.recipe.vae.VaeSizes;
import jacquard.examples.view.LossChart;
import jacquard.nn.Init;
import jacquard.nn.Pass;
import jacquard.nn.data.Batch;
import jacquard.nn.data.DataLoader;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
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
import java.nio.file.Path;
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

/// A variational autoencoder: learns to squeeze a picture into a few numbers and to draw it again
/// from them, and so can draw pictures from numbers that nobody squeezed.
///
/// Its loss is the negative evidence lower bound (ELBO) in nats per image, with one sample of the
/// latent for each image; training weighs the latent's part with `--beta`, measuring never does.
///
/// @see <a href="https://arxiv.org/abs/1312.6114">Kingma, Welling: Auto-encoding variational
///   Bayes</a>
@Command(
    name = "vae",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a variational autoencoder that draws digits; 10 epochs unless told otherwise.",
      "Learns digits drawn from strokes, or with --data a folder with MNIST's IDX files."
    })
public final class VaeRecipe implements Callable<Integer> {
  static final String NAME = "vae";

  @Mixin private TrainOptions options;
  @Mixin private AugmentOptions augment;
  @Mixin private PrecisionOptions precision;

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      defaultValue = "mlp",
      description = "Networks: mlp (linear layers) or conv (convolutions). Default: mlp.")
  private VaeSizes.Arch arch;

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
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "400",
      description = "Width of the linear hidden layers. Default: ${DEFAULT-VALUE}.")
  private int hidden;

  @Option(
      names = "--latent",
      paramLabel = "N",
      defaultValue = "20",
      description = "Numbers that a picture is squeezed into. Default: ${DEFAULT-VALUE}.")
  private int latent;

  @Option(
      names = "--beta",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Weight of the latent's divergence in training: above 1 tidier latents, below 1 sharper"
              + " pictures. Default: ${DEFAULT-VALUE}.")
  private double beta;

  @Option(names = "--conditional", description = "Draw the class that is asked for.")
  private boolean conditional;

  @Option(
      names = "--likelihood",
      paramLabel = "NAME",
      defaultValue = "bernoulli",
      description =
          "What a pixel is: bernoulli (grey is the probability of ink) or gaussian. Default:"
              + " bernoulli.")
  private VaeSizes.Likelihood likelihood;

  /// Picocli fills in the options.
  public VaeRecipe() {}

  @Override
  public Integer call() throws IOException {
    Require.atLeast("--batch", batch, 1);
    Require.aboveZero("--lr", learningRate);
    Require.atLeast("--hidden", hidden, 1);
    Require.atLeast("--latent", latent, 1);
    Require.zeroOrMore("--beta", beta);
    options.device.apply();

    Digits digits = augment.apply(Digits.of(options.data, 0, batch, options.seed), options.seed);
    long steps = options.steps(digits.stepsPerEpoch(), TrainOptions.Length.ofEpochs(10));
    VaeSizes sizes =
        new VaeSizes(
            arch,
            digits.height(),
            digits.width(),
            hidden,
            latent,
            conditional ? digits.classes() : 0,
            likelihood);
    Vae model = Vae.of(Init.of(options.seed), sizes);
    TrainStep<Batch> trainStep =
        precision.apply(
            TrainStep.of(
                (images, pass) -> {
                  Vae.Elbo elbo = model.elbo(images.tensor("image"), labels(model, images), pass);
                  return elbo.reconstruction().add(elbo.divergence().mul(beta)).mean();
                },
                new Adam(
                    List.of(new Group(model.parameters(), rate(steps), 0)), Adam.Settings.ADAM),
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

  private Schedule rate(long steps) {
    return Schedule.warmupCosine(learningRate, 0, Math.min(100, steps / 10), steps);
  }

  private static @Nullable Tensor labels(Vae model, Batch images) {
    return model.sizes().classes() == 0 ? null : images.tensor("label");
  }

  private int train(Run run, Vae model, TrainStep<Batch> trainStep, Digits digits)
      throws IOException {
    System.out.printf(
        "vae: %,d parameters learn %s; run %s%n",
        model.parameterCount(), digits.source(), run.path());
    Pace pace = Pace.of(NAME, run.end(), digits.stepsPerEpoch(), "images", batch);
    LossChart chart =
        LossChart.logarithmic("vae: " + digits.source(), "negative ELBO, nats per image")
            .noisy("loss")
            .exact("val_loss");
    try (DataLoader batches = augment.loader(digits, run.first(), run.end())) {
      int exit =
          new TrainingLoop(run, pace, chart).run(new Lesson(model, trainStep, batches, digits));
      if (exit == 0) {
        System.out.println("drawn from chance: " + run.folder().sample(run.end(), "png"));
        System.out.println("rebuilt: " + run.path().resolve(VaeGallery.REBUILT));
        System.out.println("in between: " + run.path().resolve(VaeGallery.BETWEEN));
        System.out.println("more: " + run.folder().sampleCommand() + " --seed 2");
      }
      return exit;
    }
  }

  private Map<String, Object> config(Digits digits, VaeSizes sizes, long steps) {
    Map<String, Object> config =
        options.config(NAME, digits.source(), digits.fingerprint(), steps, batch, learningRate);
    config.put("beta", beta);
    config.put("model", sizes.config());
    return config;
  }

  /// The negative ELBO and its parts, in nats per image.
  record Bound(double reconstruction, double divergence) {
    double total() {
      return reconstruction + divergence;
    }
  }

  /// Over all test images, each weighing the same. The noise is the same every time, so that
  /// changes come from the model.
  static Bound measure(Vae model, Digits digits) {
    Key key = Key.of(1);
    double reconstruction = 0;
    double divergence = 0;
    for (Batch images : digits.testBatches()) {
      Pass pass = Pass.evaluation(key.fold((int) images.step()));
      Vae.Elbo elbo = model.elbo(images.tensor("image"), labels(model, images), pass);
      Tensor missed = elbo.reconstruction().mul(images.mask()).sum();
      Tensor spent = elbo.divergence().mul(images.mask()).sum();
      Step.realise(missed, spent);
      reconstruction += missed.item();
      divergence += spent.item();
    }
    int size = digits.test().size();
    return new Bound(reconstruction / size, divergence / size);
  }

  /// A model in training.
  private record Lesson(Vae model, TrainStep<Batch> trainStep, DataLoader batches, Digits digits)
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
      Bound bound = measure(model, digits);
      Map<String, Double> measured = new LinkedHashMap<>();
      measured.put("val_loss", bound.total());
      measured.put("reconstruction", bound.reconstruction());
      measured.put("divergence", bound.divergence());
      return measured;
    }

    @Override
    public void sample(RunFolder run, long step) throws IOException {
      VaePictures pictures = new VaePictures(model);
      SampleOptions options = new SampleOptions();
      write(run.sample(step, "png"), model, options);
      VaeGallery.write(run, pictures, digits);
    }
  }

  /// Draws from the model of an earlier run.
  ///
  /// @param run folder of the run
  /// @param config its configuration
  /// @param options what to draw, and where to
  /// @throws IOException if its files can't be read, or the picture not written
  public static void sample(RunFolder run, Json config, SampleOptions options) throws IOException {
    options.requireNoText(NAME);
    Path path = options.imagePath(run);
    write(path, load(run, config), options);
    System.out.println(path);
  }

  private static void write(Path path, Vae model, SampleOptions options) throws IOException {
    int classes = model.sizes().classes();
    Integer only = options.label(classes);
    int count =
        options.pictures(classes > 0 && only == null ? 8 * classes : 64, model.sizes().pixels());
    new VaePictures(model).writeDrawn(path, options.seed, count, only);
  }

  /// The configuration of a run of this recipe.
  ///
  /// @throws FormatException if it is another recipe's, or can't be read
  static Json configOf(RunFolder run) throws FormatException {
    Json config = run.readConfig();
    String recipe = run.configured(config, c -> c.field("recipe").asText());
    if (!recipe.equals(NAME)) {
      throw new FormatException(
          run.path() + ": is a run of train " + recipe + ", expected one of train vae");
    }
    return config;
  }

  /// @throws IOException if its files can't be read, or describe another model
  static Vae load(RunFolder run, Json config) throws IOException {
    Vae model = run.configured(config, c -> Vae.of(Init.of(0), VaeSizes.of(c.field("model"))));
    model.load(run.model());
    return model;
  }
}
