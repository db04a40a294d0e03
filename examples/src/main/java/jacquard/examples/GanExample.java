package jacquard.examples;

import jacquard.autograd.Gradients;
import jacquard.examples.data.DigitSets;
import jacquard.examples.data.StrokeDigits;
import jacquard.examples.view.ImageGrid;
import jacquard.nn.Activation;
import jacquard.nn.AdversarialLoss;
import jacquard.nn.Init;
import jacquard.nn.LeakyRelu;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Pass;
import jacquard.nn.Sequential;
import jacquard.nn.SpectralNorm;
import jacquard.nn.data.Batch;
import jacquard.nn.data.Batches;
import jacquard.nn.metrics.ClassHistogram;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Group;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.Key;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A GAN in one file: a hinge loss and a discriminator of bounded slope learn to draw digits, which
/// lie in `gan.png` then, and a classifier tells whether all ten are drawn. Takes a minute or two:
/// `GanExample [STEPS [MNIST [PICTURE]]]`. Without a folder of MNIST's files it draws its digits.
public final class GanExample {
  private static final int BATCH = 64;
  private static final int LATENT = 64;

  private final Sequential generator;
  private final Sequential discriminator;
  private final Adam forGenerator;
  private final Adam forDiscriminator;
  private final DigitSets digits;
  private final Batches batches;
  private final Key key = Key.of(1);

  GanExample(DigitSets digits) {
    this.digits = digits;
    batches = Batches.shuffled(digits.train(), BATCH, Batches.Tail.DROP, 1);
    Init g = Init.of(1).at("generator");
    Init d = Init.of(1).at("discriminator");
    generator =
        Sequential.of(
            Linear.of(g.at("fc1"), LATENT, 256),
            Activation.RELU,
            Linear.of(g.at("fc2"), 256, StrokeDigits.PIXELS),
            Activation.SIGMOID);
    discriminator =
        Sequential.of(
            SpectralNorm.of(d.at("fc1"), Linear.of(d.at("fc1"), StrokeDigits.PIXELS, 256)),
            new LeakyRelu(0.2),
            SpectralNorm.of(d.at("fc2"), Linear.of(d.at("fc2"), 256, 1)));
    Adam.Settings settings = Adam.Settings.ADAM.withBetas(0.5, 0.999);
    forGenerator = new Adam(List.of(Group.of(generator.parameters(), 2e-4)), settings);
    forDiscriminator = new Adam(List.of(Group.of(discriminator.parameters(), 4e-4)), settings);
  }

  /// Both updates in one plan.
  ///
  /// @return the losses of discriminator and generator
  double[] step(int step) {
    Pass pass = Pass.training(key.dynamic().fold(step));
    Tensor real = rows(batches.batch(step));
    Tensor drawn = generator.forward(Tensor.randn(pass.key(), BATCH, LATENT), pass);

    Tensor lossD =
        AdversarialLoss.HINGE.discriminator(
            discriminator.forward(real, pass), discriminator.forward(drawn.detach(), pass), 0);
    forDiscriminator.update(
        step, Gradients.of(lossD, pass.values(discriminator.parameters())), pass);

    Tensor lossG = AdversarialLoss.HINGE.generator(discriminator.forward(drawn, pass));
    forGenerator.update(step, Gradients.of(lossG, pass.values(generator.parameters())), pass);

    Step.run(List.of(lossD, lossG), pass.updates());
    return new double[] {lossD.item(), lossG.item()};
  }

  /// Pictures of noise, `[count, 784]`, 0 to 1.
  float[] draw(int count) {
    Tensor noise = Tensor.randn(Key.of(2), count, LATENT);
    return generator.forward(noise, Pass.evaluation()).toFloatArray();
  }

  /// Which digits a classifier, trained here, sees in 1,000 pictures.
  String measure() {
    Init init = Init.of(3);
    Sequential classifier =
        Sequential.of(
            Linear.of(init.at("fc1"), StrokeDigits.PIXELS, 128),
            Activation.RELU,
            Linear.of(init.at("fc2"), 128, StrokeDigits.CLASSES));
    TrainStep<Batch> training =
        TrainStep.of(
            (batch, pass) ->
                Loss.crossEntropy(classifier.forward(rows(batch), pass), batch.tensor("label")),
            Adam.of(classifier.parameters(), 2e-3),
            Key.of(3));
    for (int step = 0; step < 400; step++) {
      training.run(step, batches.batch(step));
    }
    int right = 0;
    int seen = 0;
    for (Batch batch : Batches.of(digits.test(), 100, Batches.Tail.DROP).epoch(0)) {
      int[] taken = classifier.forward(rows(batch), Pass.evaluation()).argmax(-1).toIntArray();
      for (int row = 0; row < taken.length; row++, seen++) {
        right += taken[row] == batch.ints("label")[row] ? 1 : 0;
      }
    }
    Tensor drawn = Tensor.of(draw(1000), 1000, StrokeDigits.PIXELS);
    int[] taken = classifier.forward(drawn, Pass.evaluation()).argmax(-1).toIntArray();
    ClassHistogram classes = ClassHistogram.of(taken, StrokeDigits.CLASSES);
    return "1,000 drawn: %d classes, entropy %.2f of 2.30 nats, by a classifier right on %.1f %% of test images"
        .formatted(classes.present(), classes.entropy(), 100.0 * right / seen);
  }

  private static Tensor rows(Batch batch) {
    return batch.tensor("image").reshape(batch.rows(), StrokeDigits.PIXELS);
  }

  static void main(String[] args) {
    Arguments.run("GanExample [STEPS [MNIST [PICTURE]]]", args, GanExample::train);
  }

  static void train(Arguments args) throws IOException {
    int steps = args.count(0, 3000);
    GanExample gan = new GanExample(args.has(1) ? DigitSets.read(args.path(1)) : DigitSets.drawn());
    for (int step = 0; step < steps; step++) {
      double[] losses = gan.step(step);
      if (step % 250 == 0 || step == steps - 1) {
        System.out.printf(
            "step %5d  discriminator %.3f  generator %.3f%n", step, losses[0], losses[1]);
      }
    }
    System.out.println(gan.measure());
    Path picture = args.has(2) ? args.path(2) : Path.of("gan.png");
    ImageGrid.of(StrokeDigits.SIZE, StrokeDigits.SIZE)
        .withScale(2)
        .write(picture, gan.draw(64), 64);
    System.out.println("drawn: " + picture);
  }
}
