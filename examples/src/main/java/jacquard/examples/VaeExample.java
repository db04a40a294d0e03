package jacquard.examples;

import jacquard.examples.data.DigitSets;
import jacquard.examples.data.StrokeDigits;
import jacquard.examples.view.ImageGrid;
import jacquard.nn.Activation;
import jacquard.nn.Init;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.nn.Reduction;
import jacquard.nn.Sequential;
import jacquard.nn.data.Batch;
import jacquard.nn.data.Batches;
import jacquard.nn.optim.Adam;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A variational autoencoder in one file: it learns to squeeze digits into two numbers, and
/// `vae.png` shows the plane of these. Takes about half a minute: `VaeExample [STEPS [MNIST
/// [PICTURE]]]`. Without a folder of MNIST's files it draws its digits.
public final class VaeExample {
  private static final int BATCH = 128;
  private static final int LATENT = 2;
  private static final int ACROSS = 15;

  private final Sequential encoder;
  private final Sequential decoder;
  private final TrainStep<Batch> training;
  private final DigitSets digits;
  private final Batches batches;

  VaeExample(DigitSets digits) {
    this.digits = digits;
    batches = Batches.shuffled(digits.train(), BATCH, Batches.Tail.DROP, 1);
    Init init = Init.of(1);
    encoder =
        Sequential.of(
            Linear.of(init.at("in"), StrokeDigits.PIXELS, 256),
            Activation.RELU,
            Linear.of(init.at("code"), 256, 2 * LATENT));
    decoder =
        Sequential.of(
            Linear.of(init.at("wide"), LATENT, 256),
            Activation.RELU,
            Linear.of(init.at("out"), 256, StrokeDigits.PIXELS));
    List<Parameter> all = new ArrayList<>(encoder.parameters());
    all.addAll(decoder.parameters());
    training = TrainStep.of((batch, pass) -> loss(batch, pass), Adam.of(all, 1e-3), Key.of(1));
  }

  /// Negative evidence lower bound in nats a picture.
  private Tensor loss(Batch batch, Pass pass) {
    Tensor pictures = batch.tensor("image").reshape(batch.rows(), StrokeDigits.PIXELS);
    Tensor code = encoder.forward(pictures, pass);
    Tensor mean = code.slice(1, 0, LATENT);
    Tensor logVariance = code.slice(1, LATENT, 2 * LATENT);
    Tensor noise = Tensor.randn(pass.key(), mean.shape());
    Tensor latent = mean.add(noise.mul(logVariance.mul(0.5).exp()));
    Tensor logits = decoder.forward(latent, pass);
    return Loss.binaryCrossEntropy(logits, pictures, Reduction.SUM)
        .add(Loss.gaussianDivergence(mean, logVariance, Reduction.SUM))
        .div(batch.rows());
  }

  /// @return the loss
  double step(int step) {
    return training.run(step, batches.batch(step)).loss().item();
  }

  /// Negative evidence lower bound of the test pictures in nats, by hundreds.
  double measure() {
    Batches tests = Batches.of(digits.test(), 100, Batches.Tail.DROP);
    double sum = 0;
    for (Batch batch : tests.epoch(0)) {
      sum += loss(batch, Pass.evaluation(Key.of(2).fold((int) batch.step()))).item();
    }
    return sum / tests.batchesPerEpoch();
  }

  /// Pictures of the latents from -2 to 2 in both directions, 0 to 1.
  float[] plane() {
    float[] latents = new float[2 * ACROSS * ACROSS];
    for (int i = 0; i < ACROSS * ACROSS; i++) {
      int row = i / ACROSS;
      latents[2 * i] = 4f * (i % ACROSS) / (ACROSS - 1) - 2;
      latents[2 * i + 1] = 4f * row / (ACROSS - 1) - 2;
    }
    Tensor z = Tensor.of(latents, ACROSS * ACROSS, LATENT);
    return decoder.forward(z, Pass.evaluation()).sigmoid().toFloatArray();
  }

  static void main(String[] args) {
    Arguments.run("VaeExample [STEPS [MNIST [PICTURE]]]", args, VaeExample::train);
  }

  static void train(Arguments args) throws IOException {
    int steps = args.count(0, 3000);
    VaeExample vae = new VaeExample(args.has(1) ? DigitSets.read(args.path(1)) : DigitSets.drawn());
    for (int step = 0; step < steps; step++) {
      double loss = vae.step(step);
      if (step % 250 == 0 || step == steps - 1) {
        System.out.printf("step %5d  negative ELBO %.1f nats%n", step, loss);
      }
    }
    System.out.printf("test images: negative ELBO %.1f nats%n", vae.measure());
    Path picture = args.has(2) ? args.path(2) : Path.of("vae.png");
    ImageGrid.of(StrokeDigits.SIZE, StrokeDigits.SIZE)
        .withColumns(ACROSS)
        .withPadding(0)
        .write(picture, vae.plane(), ACROSS * ACROSS);
    System.out.println("the plane of its two numbers: " + picture);
  }
}
