package jacquard.bench.workloads;

import jacquard.autograd.Gradients;
import jacquard.nn.Activation;
import jacquard.nn.Conv2d;
import jacquard.nn.ConvTranspose2d;
import jacquard.nn.Flatten;
import jacquard.nn.Init;
import jacquard.nn.Layer;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Module;
import jacquard.nn.Parameter;
import jacquard.nn.Parts;
import jacquard.nn.Pass;
import jacquard.nn.Reduction;
import jacquard.nn.Sequential;
import jacquard.nn.Unflatten;
import jacquard.nn.optim.Adam;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/// W3 and W4: variational autoencoders of 28x28 images in batches of 128; summed binary
/// cross-entropy and divergence, Adam.
final class VaeWorkload implements Workload {
  private static final int BATCH = 128;
  private static final int PIXELS = 784;
  private static final int FEATURES = 3136;

  /// @param encoder image to features
  /// @param mean features to the mean of the latent
  /// @param logVariance features to the logarithm of its variance
  /// @param decoder latent to logits of the image
  private record Vae(Layer encoder, Linear mean, Linear logVariance, Layer decoder)
      implements Module {
    @Override
    public Parts parts() {
      return Parts.of(encoder, mean, logVariance, decoder);
    }
  }

  private final Vae model;
  private final List<Parameter> parameters;
  private final Adam optimiser;
  private final int latent;
  private final List<Tensor> images = new ArrayList<>();

  private VaeWorkload(Vae model, int latent, int... image) {
    this.model = model;
    this.latent = latent;
    parameters = model.parameters();
    Workload.initialise(parameters, 0, p -> Workload.fanBound(p, parameters));
    optimiser = Adam.of(parameters, 1e-3);
    for (int b = 0; b < BATCHES; b++) {
      images.add(Tensor.of(PortableRandom.image(DATA_SEED + b, 0, BATCH * PIXELS), image));
    }
  }

  static VaeWorkload linear() {
    Init init = Init.of(0);
    Vae model =
        new Vae(
            Sequential.of(Linear.of(init.at("fc1"), PIXELS, 400), Activation.RELU),
            Linear.of(init.at("mean"), 400, 20),
            Linear.of(init.at("logVariance"), 400, 20),
            Sequential.of(
                Linear.of(init.at("fc3"), 20, 400),
                Activation.RELU,
                Linear.of(init.at("fc4"), 400, PIXELS)));
    return new VaeWorkload(model, 20, BATCH, PIXELS);
  }

  static VaeWorkload convolutional() {
    Init init = Init.of(0);
    Vae model =
        new Vae(
            Sequential.of(
                Conv2d.of(init.at("conv1"), 1, 32, 3, 2, 1),
                Activation.RELU,
                Conv2d.of(init.at("conv2"), 32, 64, 3, 2, 1),
                Activation.RELU,
                new Flatten()),
            Linear.of(init.at("mean"), FEATURES, 32),
            Linear.of(init.at("logVariance"), FEATURES, 32),
            Sequential.of(
                Linear.of(init.at("fc"), 32, FEATURES),
                Activation.RELU,
                Unflatten.of(64, 7, 7),
                ConvTranspose2d.of(init.at("up1"), 64, 32, 3, 2, 1, 1),
                Activation.RELU,
                ConvTranspose2d.of(init.at("up2"), 32, 1, 3, 2, 1, 1)));
    return new VaeWorkload(model, 32, BATCH, 1, 28, 28);
  }

  @Override
  public int units() {
    return BATCH;
  }

  @Override
  public List<Tensor> batch(int step, boolean portable) {
    return Workload.withNoise(images.get(step % BATCHES), step, portable, BATCH, latent);
  }

  @Override
  public Prepared trace(IntSupplier step, List<Tensor> batch) {
    Pass pass = Pass.training(Key.of(1).fold(step));
    Tensor x = batch.get(0);
    Tensor features = model.encoder.forward(x, pass);
    Tensor mean = model.mean.forward(features, pass);
    Tensor logVariance = model.logVariance.forward(features, pass);
    Tensor noise = Workload.noise(batch, pass, BATCH, latent);
    Tensor z = mean.add(noise.mul(logVariance.mul(0.5).exp()));
    Tensor logits = model.decoder.forward(z, pass);
    Tensor loss =
        Loss.binaryCrossEntropy(logits, x, Reduction.SUM)
            .add(Loss.gaussianDivergence(mean, logVariance, Reduction.SUM));
    optimiser.update(step::getAsInt, Gradients.of(loss, pass.values(parameters)), pass);
    return new Prepared(List.of(loss), pass);
  }
}
