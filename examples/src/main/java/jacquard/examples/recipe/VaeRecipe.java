package jacquard.examples.recipe;

import jacquard.examples.view.ImageGrid;
import jacquard.examples.view.LossChart;
import jacquard.nn.Init;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Module;
import jacquard.nn.Parts;
import jacquard.nn.Pass;
import jacquard.nn.Reduction;
import jacquard.nn.data.Batch;
import jacquard.nn.data.DataLoader;
import jacquard.nn.io.Json;
import jacquard.nn.optim.Adam;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.Key;
import jacquard.tensor.State;
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

/// A variational autoencoder: learns to squeeze a picture into a few numbers and to draw it again
/// from them, and so can draw pictures from numbers that nobody squeezed.
///
/// Its loss is the negative evidence lower bound (ELBO) in nats per image, with one sample of the
/// latent for each image. Grey is taken as the probability of ink.
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

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "128",
      description = "Images in a step. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--lr",
      paramLabel = "X",
      defaultValue = "1e-3",
      description = "Learning rate. Default: ${DEFAULT-VALUE}.")
  private double learningRate;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "400",
      description = "Width of the hidden layers. Default: ${DEFAULT-VALUE}.")
  private int hidden;

  @Option(
      names = "--latent",
      paramLabel = "N",
      defaultValue = "20",
      description = "Numbers that a picture is squeezed into. Default: ${DEFAULT-VALUE}.")
  private int latent;

  /// Encoder and decoder with a hidden layer each.
  ///
  /// @param squeeze `[hidden, pixels]`
  /// @param mean of the latent, `[latent, hidden]`
  /// @param logVariance of the latent, `[latent, hidden]`
  /// @param widen `[hidden, latent]`
  /// @param draw `[pixels, hidden]`
  record Vae(Linear squeeze, Linear mean, Linear logVariance, Linear widen, Linear draw)
      implements Module {

    static Vae of(Init init, int pixels, int hidden, int latent) {
      return new Vae(
          Linear.of(init.at("squeeze"), pixels, hidden),
          Linear.of(init.at("mean"), hidden, latent),
          Linear.of(init.at("logVariance"), hidden, latent),
          Linear.of(init.at("widen"), latent, hidden),
          Linear.of(init.at("draw"), hidden, pixels));
    }

    /// Negative ELBO of each picture, `[B]`, in nats; draws from the pass's key.
    ///
    /// @param x pictures, `[B, pixels]`, 0 to 1
    Tensor loss(Tensor x, Pass pass) {
      Tensor h = squeeze.forward(x, pass).relu();
      Tensor mu = mean.forward(h, pass);
      Tensor logvar = logVariance.forward(h, pass);
      Tensor noise = Tensor.randn(pass.key(), mu.shape());
      Tensor z = mu.add(noise.mul(logvar.mul(0.5).exp()));
      Tensor missed = Loss.binaryCrossEntropy(logits(z, pass), x, Reduction.NONE).sum(1);
      return missed.add(Loss.gaussianDivergence(mu, logvar, Reduction.NONE).sum(1));
    }

    /// Pictures of latents `[B, latent]`, as the logits of their pixels, `[B, pixels]`.
    Tensor logits(Tensor z, Pass pass) {
      return draw.forward(widen.forward(z, pass).relu(), pass);
    }

    /// Pictures of latents drawn from the standard normal distribution, `[count, pixels]`, 0 to 1.
    Tensor dream(Key key, int count) {
      Tensor z = Tensor.randn(key, count, widen.weight().shape().dim(1));
      return logits(z, Pass.evaluation()).sigmoid();
    }

    @Override
    public Parts parts() {
      return Parts.of(squeeze, mean, logVariance, widen, draw);
    }
  }

  @Override
  public Integer call() throws IOException {
    Require.atLeast("--batch", batch, 1);
    Require.aboveZero("--lr", learningRate);
    Require.atLeast("--hidden", hidden, 1);
    Require.atLeast("--latent", latent, 1);
    options.device.apply();

    Digits digits = Digits.of(options.data, 0, batch, options.seed);
    long steps = options.steps(digits.stepsPerEpoch(), TrainOptions.Length.ofEpochs(10));
    Vae model = Vae.of(Init.of(options.seed), digits.pixels(), hidden, latent);
    TrainStep<Batch> trainStep =
        TrainStep.of(
            (images, pass) -> model.loss(Digits.rows(images), pass).mean(),
            Adam.of(model.parameters(), learningRate),
            Key.of(options.seed));

    try (Run run = options.open(NAME, config(digits, steps))) {
      return train(run, model, trainStep, digits);
    }
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
    try (DataLoader batches = new DataLoader(digits.train(), run.first(), run.end(), 4)) {
      int exit =
          new TrainingLoop(run, pace, chart).run(new Lesson(model, trainStep, batches, digits));
      if (exit == 0) {
        System.out.println("drawn from chance: " + run.folder().sample(run.end(), "png"));
        System.out.println("more: " + run.folder().sampleCommand() + " --seed 2");
      }
      return exit;
    }
  }

  private Map<String, Object> config(Digits digits, long steps) {
    Map<String, Object> config =
        options.config(NAME, digits.source(), digits.fingerprint(), steps, batch, learningRate);
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("height", digits.height());
    model.put("width", digits.width());
    model.put("hidden", hidden);
    model.put("latent", latent);
    config.put("model", model);
    return config;
  }

  /// A model in training.
  private record Lesson(Vae model, TrainStep<Batch> trainStep, DataLoader batches, Digits digits)
      implements Training {
    private static final Key TEST_KEY = Key.of(1);

    @Override
    public List<State> states() {
      return Stream.of(model.states(), trainStep.states()).flatMap(List::stream).toList();
    }

    @Override
    public Map<String, Double> step(long step) {
      return Map.of("loss", trainStep.run(step, batches.next()).loss().item());
    }

    /// Over all test images, each weighing the same. The noise is the same every time, so that
    /// changes come from the model.
    @Override
    public Map<String, Double> validate(boolean last) {
      double sum = 0;
      for (Batch images : digits.testBatches()) {
        Pass pass = Pass.evaluation(TEST_KEY.fold((int) images.step()));
        sum += model.loss(Digits.rows(images), pass).mul(images.mask()).sum().item();
      }
      return Map.of("val_loss", sum / digits.test().size());
    }

    @Override
    public void sample(RunFolder run, long step) throws IOException {
      write(run.sample(step, "png"), model, digits.height(), digits.width(), new SampleOptions());
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
    Vae model =
        run.configured(
            sizes,
            c ->
                Vae.of(
                    Init.of(0),
                    height * width,
                    c.field("hidden").asInt(),
                    c.field("latent").asInt()));
    model.load(run.model());
    Path path = options.imagePath(run);
    write(path, model, height, width, options);
    System.out.println(path);
  }

  private static void write(Path path, Vae model, int height, int width, SampleOptions options)
      throws IOException {
    int count = options.count(64);
    float[] pixels = model.dream(Key.of(options.seed), count).toFloatArray();
    ImageGrid.of(height, width).withScale(2).write(path, pixels, count);
  }
}
