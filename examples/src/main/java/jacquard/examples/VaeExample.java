package jacquard.examples;

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
import jacquard.nn.optim.Adam;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A variational autoencoder in one file: it learns to squeeze digits into two numbers, and
/// `vae.png` shows the plane of these. Takes about half a minute: `VaeExample [STEPS]`.
public final class VaeExample {
  private static final int BATCH = 128;
  private static final int LATENT = 2;
  private static final int ACROSS = 15;

  private final Sequential encoder;
  private final Sequential decoder;
  private final TrainStep<Tensor> training;
  private final StrokeDigits digits = new StrokeDigits(1);

  VaeExample() {
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
    training = TrainStep.of((x, pass) -> loss(x, pass), Adam.of(all, 1e-3), Key.of(1));
  }

  /// Negative evidence lower bound in nats a picture.
  private Tensor loss(Tensor pictures, Pass pass) {
    Tensor code = encoder.forward(pictures, pass);
    Tensor mean = code.slice(1, 0, LATENT);
    Tensor logVariance = code.slice(1, LATENT, 2 * LATENT);
    Tensor noise = Tensor.randn(pass.key(), mean.shape());
    Tensor latent = mean.add(noise.mul(logVariance.mul(0.5).exp()));
    Tensor logits = decoder.forward(latent, pass);
    return Loss.binaryCrossEntropy(logits, pictures, Reduction.SUM)
        .add(Loss.gaussianDivergence(mean, logVariance, Reduction.SUM))
        .div(pictures.dim(0));
  }

  /// @return the loss
  double step(int step) {
    float[] images = digits.images((long) step * BATCH, BATCH);
    return training.run(step, Tensor.of(images, BATCH, StrokeDigits.PIXELS)).loss().item();
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

  public static void main(String[] args) {
    Arguments.run("VaeExample [STEPS]", args, VaeExample::train);
  }

  static void train(Arguments args) throws IOException {
    int steps = args.count(0, 3000);
    VaeExample vae = new VaeExample();
    for (int step = 0; step < steps; step++) {
      double loss = vae.step(step);
      if (step % 250 == 0 || step == steps - 1) {
        System.out.printf("step %5d  negative ELBO %.1f nats%n", step, loss);
      }
    }
    ImageGrid.of(StrokeDigits.SIZE, StrokeDigits.SIZE)
        .withColumns(ACROSS)
        .withPadding(0)
        .write(Path.of("vae.png"), vae.plane(), ACROSS * ACROSS);
    System.out.println("the plane of its two numbers: vae.png");
  }
}
