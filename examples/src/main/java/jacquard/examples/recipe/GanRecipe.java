package jacquard.examples.recipe;

import jacquard.examples.recipe.gan.Duel;
import jacquard.examples.recipe.gan.GanModel;
import jacquard.examples.view.LossChart;
import jacquard.nn.Init;
import jacquard.nn.data.Batch;
import jacquard.nn.data.BatchSource;
import jacquard.nn.data.DataLoader;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.train.Inspection;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Key;
import jacquard.tensor.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A generative adversarial network: a generator draws pictures from noise, a discriminator learns
/// to tell them from real ones, and the generator learns from its verdicts.
///
/// @see <a href="https://arxiv.org/abs/1406.2661">Goodfellow et al.: Generative adversarial
///   networks</a>
@Command(
    name = "gan",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a pair of networks, one of which draws digits; 30 epochs unless told otherwise.",
      "Learns digits drawn from strokes, or with --data a folder with MNIST's IDX files.",
      "With a classifier at hand (train classifier) it tells how good and how varied the digits"
          + " are."
    })
public final class GanRecipe implements Callable<Integer> {
  static final String NAME = "gan";

  @Mixin private TrainOptions options;
  @Mixin private AugmentOptions augment;
  @Mixin private GanOptions gan;
  @Mixin private FeatureOptions features;
  @Mixin private PrecisionOptions precision;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Images in a step. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--fid-every",
      paramLabel = "N",
      description =
          "Steps between two looks at what is drawn: samples and, with a feature network, FID and"
              + " classes. Default: an epoch.")
  private @Nullable Long fidEvery;

  /// Picocli fills in the options.
  public GanRecipe() {}

  @Override
  public Integer call() throws IOException {
    Require.atLeast("--batch", batch, 1);
    gan.check(options.continuation != null);
    if (fidEvery != null) {
      Require.atLeast("--fid-every", fidEvery, 1);
    }
    options.device.apply();

    Digits digits = augment.apply(Digits.of(options.data, -1, batch, options.seed), options.seed);
    long steps = options.steps(stepsPerEpoch(digits), TrainOptions.Length.ofEpochs(30));
    GanModel model = GanModel.of(Init.of(options.seed), gan.sizes(digits));
    Duel duel = new Duel(model, gan.settings(steps), Key.of(options.seed), precision.precision());
    if (options.visitor != null) {
      try (DataLoader first = new DataLoader(digits.train(), 0, 1, 1)) {
        return options.visitor.visit(new Lesson(duel, digits.train(), first, null));
      }
    }
    FeatureOptions.Chosen judge = features.find(digits, options.continuation);
    try (Run run = options.open(NAME, config(digits, model, steps, judge))) {
      return train(run, duel, digits, judge);
    }
  }

  private long stepsPerEpoch(Digits digits) {
    return Math.max(1, digits.stepsPerEpoch() / gan.rounds());
  }

  private int train(Run run, Duel duel, Digits digits, FeatureOptions.@Nullable Chosen judge)
      throws IOException {
    System.out.printf(
        "gan: %,d parameters learn %s; run %s%n",
        duel.model().parameterCount(), digits.source(), run.path());
    System.out.println(
        judge == null
            ? "no classifier of these pictures (train classifier makes one): of what is drawn only the variety is watched"
            : "FID and classes by " + judge.path());
    String hint = gan.hint(digits);
    if (hint != null && run.first() == 0) {
      System.out.println(hint);
    }
    int rounds = gan.rounds();
    long images = (long) batch * rounds;
    Pace pace =
        fidEvery == null
            ? Pace.of(NAME, run.end(), stepsPerEpoch(digits), "images", images)
            : new Pace(NAME, run.end(), fidEvery, "images", images);
    LossChart chart =
        LossChart.of("gan: " + digits.source(), gan.quantity()).noisy("d_loss").noisy("g_loss");
    try (DataLoader batches = augment.loader(digits, run.first() * rounds, run.end() * rounds)) {
      GanWatch watch =
          judge == null
              ? new GanVariety(duel.model(), digits, gan.remedies())
              : new GanMonitor(duel.model(), judge.judge(), digits, gan.remedies());
      int exit =
          new TrainingLoop(run, pace, chart).run(new Lesson(duel, digits.train(), batches, watch));
      if (exit == 0) {
        System.out.println("drawn from noise: " + run.folder().sample(run.end(), "png"));
        System.out.println("more: " + run.folder().sampleCommand() + " --seed 2");
      }
      return exit;
    }
  }

  private Map<String, Object> config(
      Digits digits, GanModel model, long steps, FeatureOptions.@Nullable Chosen judge)
      throws FormatException {
    Map<String, Object> config =
        options.config(
            NAME, digits.source(), digits.fingerprint(), steps, batch, gan.learningRate());
    config.put(
        "options",
        RecordedOptions.of(options.recipe)
            .with("--d-steps", Integer.toString(gan.rounds()))
            .toJson());
    config.put("model", model.sizes().config());
    if (judge != null) {
      config.put("features", judge.toConfig());
    }
    return config;
  }

  /// Two networks in training.
  private static final class Lesson implements Training {
    private final Duel duel;
    private final BatchSource source;
    private final DataLoader batches;
    private final @Nullable GanWatch watch;

    Lesson(Duel duel, BatchSource source, DataLoader batches, @Nullable GanWatch watch) {
      this.duel = duel;
      this.source = source;
      this.batches = batches;
      this.watch = watch;
    }

    @Override
    public GanModel model() {
      return duel.model();
    }

    @Override
    public List<State> states() {
      return duel.states();
    }

    @Override
    public Map<String, Double> step(long step) {
      return duel.step(step, round -> real(batches.next()));
    }

    @Override
    public List<Supplier<Work>> plans(long step) {
      return duel.plans(step, round -> real(step, round));
    }

    @Override
    public Inspection inspect(long step) {
      int last = duel.rounds() - 1;
      return duel.inspect(step, real(step, last));
    }

    private Duel.Real real(long step, int round) {
      return real(source.batch(step * duel.rounds() + round));
    }

    private Duel.Real real(Batch batch) {
      boolean classed = duel.model().sizes().classes() > 0;
      return new Duel.Real(batch.tensor("image"), classed ? batch.tensor("label") : null);
    }

    /// Neither loss says how good the pictures are; a feature network does.
    @Override
    public Map<String, Double> validate(boolean last) {
      return watch == null ? Map.of() : watch.measure(last);
    }

    @Override
    public String criterion() {
      return "fid";
    }

    @Override
    public @Nullable String warning() {
      return watch == null ? null : watch.warning();
    }

    @Override
    public @Nullable String note() {
      return duel.note();
    }

    @Override
    public void sample(RunFolder run, long step) throws IOException {
      GanSampler.write(run.sample(step, "png"), duel.model(), new SampleOptions());
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
    GanModel model = load(run, config);
    Path path = options.imagePath(run);
    GanSampler.write(path, model, options);
    System.out.println(path);
  }

  /// @throws IOException if its files can't be read, or describe another model
  static GanModel load(RunFolder run, Json config) throws IOException {
    GanModel model =
        run.configured(config, c -> GanModel.of(Init.of(0), GanModel.Sizes.of(c.field("model"))));
    model.load(run.model());
    return model;
  }
}
