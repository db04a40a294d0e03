package jacquard.examples.recipe;

import jacquard.autograd.Gradients;
import jacquard.examples.view.ImageGrid;
import jacquard.examples.view.LossChart;
import jacquard.nn.Activation;
import jacquard.nn.Init;
import jacquard.nn.LeakyRelu;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Module;
import jacquard.nn.Parameter;
import jacquard.nn.Parts;
import jacquard.nn.Pass;
import jacquard.nn.Reduction;
import jacquard.nn.Sequential;
import jacquard.nn.data.DataLoader;
import jacquard.nn.io.Json;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Group;
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
import java.util.stream.Stream;
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
      "Learns digits drawn from strokes, or with --data a folder with MNIST's IDX files."
    })
public final class GanRecipe implements Callable<Integer> {
  static final String NAME = "gan";

  private static final Adam.Settings ADAM = Adam.Settings.ADAM.withBetas(0.5, 0.999);

  @Mixin private TrainOptions options;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Images in a step. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--lr",
      paramLabel = "X",
      defaultValue = "2e-4",
      description = "Learning rate of both. Default: ${DEFAULT-VALUE}.")
  private double learningRate;

  @Option(
      names = "--latent",
      paramLabel = "N",
      defaultValue = "100",
      description = "Numbers of noise that a picture is drawn from. Default: ${DEFAULT-VALUE}.")
  private int latent;

  /// Noise `[B, latent]` to pictures `[B, pixels]`, -1 to 1.
  record Generator(Sequential layers, int latent) implements Module {

    static Generator of(Init init, int latent, int pixels) {
      return new Generator(
          Sequential.of(
              Linear.of(init.at("fc1"), latent, 256),
              Activation.RELU,
              Linear.of(init.at("fc2"), 256, 512),
              Activation.RELU,
              Linear.of(init.at("fc3"), 512, pixels),
              Activation.TANH),
          latent);
    }

    Tensor draw(Key key, int count, Pass pass) {
      return layers.forward(Tensor.randn(key, count, latent), pass);
    }

    @Override
    public Parts parts() {
      return Parts.of(layers);
    }
  }

  /// Pictures `[B, pixels]` to logits `[B, 1]`: above 0 for what looks real.
  static Sequential discriminator(Init init, int pixels) {
    return Sequential.of(
        Linear.of(init.at("fc1"), pixels, 512),
        new LeakyRelu(0.2),
        Linear.of(init.at("fc2"), 512, 256),
        new LeakyRelu(0.2),
        Linear.of(init.at("fc3"), 256, 1));
  }

  /// Both networks; the generator alone is what samples need, but training starts from both.
  record Pair(Generator generator, Sequential discriminator) implements Module {

    static Pair of(Init init, int latent, int pixels) {
      return new Pair(
          Generator.of(init.at("generator"), latent, pixels),
          GanRecipe.discriminator(init.at("discriminator"), pixels));
    }

    /// How far the verdict on pictures is from `target`: 1 for real, 0 for drawn.
    Tensor loss(Tensor pictures, double target, Pass pass) {
      Tensor verdict = discriminator.forward(pictures, pass);
      return Loss.binaryCrossEntropy(verdict, target, Reduction.MEAN);
    }

    @Override
    public Parts parts() {
      return Parts.of(generator, discriminator);
    }
  }

  @Override
  public Integer call() throws IOException {
    Require.atLeast("--batch", batch, 1);
    Require.aboveZero("--lr", learningRate);
    Require.atLeast("--latent", latent, 1);
    options.device.apply();

    Digits digits = Digits.of(options.data, -1, batch, options.seed);
    long steps = options.steps(digits.stepsPerEpoch(), TrainOptions.Length.ofEpochs(30));
    Pair pair = Pair.of(Init.of(options.seed), latent, digits.pixels());

    try (Run run = options.open(NAME, config(digits, steps))) {
      return train(run, pair, digits);
    }
  }

  private int train(Run run, Pair pair, Digits digits) throws IOException {
    System.out.printf(
        "gan: %,d parameters learn %s; run %s%n",
        pair.parameterCount(), digits.source(), run.path());
    Pace pace = Pace.of(NAME, run.end(), digits.stepsPerEpoch(), "images", batch);
    LossChart chart =
        LossChart.of("gan: " + digits.source(), "cross-entropy, nats")
            .noisy("d_loss")
            .noisy("g_loss");
    try (DataLoader batches = new DataLoader(digits.train(), run.first(), run.end(), 4)) {
      Duel duel =
          new Duel(
              pair,
              adam(pair.discriminator().parameters()),
              adam(pair.generator().parameters()),
              Key.of(options.seed),
              batches,
              digits);
      int exit = new TrainingLoop(run, pace, chart).run(duel);
      if (exit == 0) {
        System.out.println("drawn from noise: " + run.folder().sample(run.end(), "png"));
        System.out.println("more: " + run.folder().sampleCommand() + " --seed 2");
      }
      return exit;
    }
  }

  private Adam adam(List<Parameter> parameters) {
    return new Adam(List.of(Group.of(parameters, learningRate)), ADAM);
  }

  private Map<String, Object> config(Digits digits, long steps) {
    Map<String, Object> config =
        options.config(NAME, digits.source(), digits.fingerprint(), steps, batch, learningRate);
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("height", digits.height());
    model.put("width", digits.width());
    model.put("latent", latent);
    config.put("model", model);
    return config;
  }

  /// Two networks in training.
  private record Duel(
      Pair model,
      Adam forDiscriminator,
      Adam forGenerator,
      Key key,
      DataLoader batches,
      Digits digits)
      implements Training {

    @Override
    public List<State> states() {
      return Stream.of(model.states(), forDiscriminator.states(), forGenerator.states())
          .flatMap(List::stream)
          .toList();
    }

    /// Both updates in one plan: the generator draws once, and is judged by the discriminator that
    /// the same step has just improved, because later reads of a pass see what it updated.
    @Override
    public Map<String, Double> step(long step) {
      Pass pass = Pass.training(key.dynamic().fold(Math.toIntExact(step)));
      Tensor real = Digits.rows(batches.next());
      Tensor drawn = model.generator().draw(pass.key(), real.dim(0), pass);

      // The discriminator's turn: the generator is only watched, so it gets no gradient.
      Tensor lossD = model.loss(real, 1, pass).add(model.loss(drawn.detach(), 0, pass));
      forDiscriminator.update(step, gradients(lossD, forDiscriminator, pass), pass);

      // The generator's turn: what it drew should pass for real.
      Tensor lossG = model.loss(drawn, 1, pass);
      forGenerator.update(step, gradients(lossG, forGenerator, pass), pass);

      Step.run(List.of(lossD, lossG), pass.updates());
      Map<String, Double> losses = new LinkedHashMap<>();
      losses.put("d_loss", lossD.item());
      losses.put("g_loss", lossG.item());
      return losses;
    }

    private static List<Tensor> gradients(Tensor loss, Adam adam, Pass pass) {
      return Gradients.of(loss, pass.values(adam.parameters()));
    }

    /// Nothing: neither loss says how good the pictures are.
    @Override
    public Map<String, Double> validate(boolean last) {
      return Map.of();
    }

    @Override
    public void sample(RunFolder run, long step) throws IOException {
      write(
          run.sample(step, "png"),
          model.generator(),
          digits.height(),
          digits.width(),
          new SampleOptions());
    }
  }

  /// Draws from the model of an earlier run.
  ///
  /// @throws IOException if its files can't be read, or the picture not written
  public static void sample(RunFolder run, Json config, SampleOptions options) throws IOException {
    options.requireNoText(NAME);
    Json sizes = run.configured(config, c -> c.field("model"));
    int height = run.configured(sizes, c -> c.field("height").asInt());
    int width = run.configured(sizes, c -> c.field("width").asInt());
    Pair pair =
        run.configured(sizes, c -> Pair.of(Init.of(0), c.field("latent").asInt(), height * width));
    pair.load(run.model());
    Path path = options.imagePath(run);
    write(path, pair.generator(), height, width, options);
    System.out.println(path);
  }

  private static void write(
      Path path, Generator generator, int height, int width, SampleOptions options)
      throws IOException {
    int count = options.count(64);
    float[] pixels = generator.draw(Key.of(options.seed), count, Pass.evaluation()).toFloatArray();
    ImageGrid.of(height, width).withRange(-1, 1).withScale(2).write(path, pixels, count);
  }
}
