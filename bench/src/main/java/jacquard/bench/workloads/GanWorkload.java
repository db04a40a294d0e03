package jacquard.bench.workloads;

import jacquard.autograd.Gradients;
import jacquard.nn.Activation;
import jacquard.nn.BatchNorm;
import jacquard.nn.Conv2d;
import jacquard.nn.ConvTranspose2d;
import jacquard.nn.Flatten;
import jacquard.nn.Init;
import jacquard.nn.Initialiser;
import jacquard.nn.Layer;
import jacquard.nn.LeakyRelu;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.nn.Precision;
import jacquard.nn.Reduction;
import jacquard.nn.Sequential;
import jacquard.nn.Unflatten;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Group;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/// W5 and W6: a generator and a discriminator of 28x28 images in batches of 64, each trained once a
/// step; one plan for both.
///
/// The generator's step asks for no gradient of the discriminator's weights, so none is computed:
/// what the peers call `freezeD`.
final class GanWorkload implements Workload {
  private static final int BATCH = 64;
  private static final int NOISE = 100;
  private static final int PIXELS = 784;
  private static final int FEATURES = 6272;
  private static final double SLOPE = 0.2;
  private static final long DISCRIMINATOR_SEED = 100;

  private final Layer generator;
  private final Layer discriminator;
  private final List<Parameter> generatorParameters;
  private final List<Parameter> discriminatorParameters;
  private final Adam generatorOptimiser;
  private final Adam discriminatorOptimiser;
  private final List<Tensor> images = new ArrayList<>();
  private final Precision precision;

  private GanWorkload(Precision precision, Layer generator, Layer discriminator, int... image) {
    this.precision = precision;
    this.generator = generator;
    this.discriminator = discriminator;
    generatorParameters = generator.parameters();
    discriminatorParameters = discriminator.parameters();
    Workload.initialise(generatorParameters, 0, p -> Workload.fanBound(p, generatorParameters));
    Workload.initialise(
        discriminatorParameters,
        DISCRIMINATOR_SEED,
        p -> Workload.fanBound(p, discriminatorParameters));
    generatorOptimiser = adam(generatorParameters);
    discriminatorOptimiser = adam(discriminatorParameters);
    for (int b = 0; b < BATCHES; b++) {
      images.add(Tensor.of(PortableRandom.image(DATA_SEED + b, -1, BATCH * PIXELS), image));
    }
  }

  private static Adam adam(List<Parameter> parameters) {
    return new Adam(List.of(Group.of(parameters, 2e-4)), Adam.Settings.ADAM.withBetas(0.5, 0.999));
  }

  static GanWorkload linear() {
    Init g = Init.of(0);
    Init d = Init.of(1);
    return new GanWorkload(
        Precision.F32,
        Sequential.of(
            Linear.of(g.at("fc1"), NOISE, 256),
            Activation.RELU,
            Linear.of(g.at("fc2"), 256, 512),
            Activation.RELU,
            Linear.of(g.at("fc3"), 512, PIXELS),
            Activation.TANH),
        Sequential.of(
            Linear.of(d.at("fc1"), PIXELS, 512),
            new LeakyRelu(SLOPE),
            Linear.of(d.at("fc2"), 512, 256),
            new LeakyRelu(SLOPE),
            Linear.of(d.at("fc3"), 256, 1)),
        BATCH,
        PIXELS);
  }

  static GanWorkload convolutional() {
    return convolutional(Precision.F32);
  }

  static GanWorkload convolutional(Precision precision) {
    Init g = Init.of(0);
    Init d = Init.of(1);
    Initialiser standard = Initialiser.standard();
    return new GanWorkload(
        precision,
        Sequential.of(
            Linear.of(g.at("fc"), NOISE, FEATURES),
            Unflatten.of(128, 7, 7),
            ConvTranspose2d.of(g.at("up1"), 128, 64, 4, 2, 1, 0, standard, null),
            BatchNorm.of(g.at("norm"), 64),
            Activation.RELU,
            ConvTranspose2d.of(g.at("up2"), 64, 1, 4, 2, 1, 0),
            Activation.TANH),
        Sequential.of(
            Conv2d.of(d.at("conv1"), 1, 64, 4, 2, 1),
            new LeakyRelu(SLOPE),
            Conv2d.of(d.at("conv2"), 64, 128, 4, 2, 1, standard, null),
            BatchNorm.of(d.at("norm"), 128),
            new LeakyRelu(SLOPE),
            new Flatten(),
            Linear.of(d.at("fc"), FEATURES, 1)),
        BATCH,
        1,
        28,
        28);
  }

  @Override
  public int units() {
    return BATCH;
  }

  @Override
  public List<Tensor> batch(int step, boolean portable) {
    return Workload.withNoise(images.get(step % BATCHES), step, portable, BATCH, NOISE);
  }

  @Override
  public Prepared trace(IntSupplier step, List<Tensor> batch) {
    Pass pass = Pass.training(Key.of(1).fold(step), precision);
    Tensor z = Workload.noise(batch, pass, BATCH, NOISE);
    Tensor real =
        Loss.binaryCrossEntropy(discriminator.forward(batch.get(0), pass), 1, Reduction.MEAN);
    Tensor image = generator.forward(z, pass);
    Tensor fake =
        Loss.binaryCrossEntropy(discriminator.forward(image.detach(), pass), 0, Reduction.MEAN);
    Tensor lossD = real.add(fake);
    discriminatorOptimiser.update(
        step::getAsInt, Gradients.of(lossD, pass.values(discriminatorParameters)), pass);
    Tensor lossG = Loss.binaryCrossEntropy(discriminator.forward(image, pass), 1, Reduction.MEAN);
    generatorOptimiser.update(
        step::getAsInt, Gradients.of(lossG, pass.values(generatorParameters)), pass);
    return new Prepared(List.of(lossD, lossG), pass);
  }
}
