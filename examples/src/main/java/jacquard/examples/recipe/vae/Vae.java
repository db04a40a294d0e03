package jacquard.examples.recipe.vae;

import jacquard.nn.Activation;
import jacquard.nn.Conv2d;
import jacquard.nn.ConvTranspose2d;
import jacquard.nn.Flatten;
import jacquard.nn.Init;
import jacquard.nn.Initialiser;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Module;
import jacquard.nn.Parameter;
import jacquard.nn.Parts;
import jacquard.nn.Pass;
import jacquard.nn.Reduction;
import jacquard.nn.Sequential;
import jacquard.nn.Unflatten;
import jacquard.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A variational autoencoder of grey pictures `[B, 1, height, width]`, 0 to 1. A class that is
/// asked for goes in one-hot, beside the latent and beside the rows of the encoder.
///
/// @param sizes what it is built by
/// @param encoder pictures to rows `[B, ...]`
/// @param hidden rows, and classes, to features `[B, hidden]`
/// @param mean features to the latent's means
/// @param logVariance features to the logarithms of its variances
/// @param decoder latents to pictures as the likelihood's parameters
/// @param logDeviation `[]`: logarithm of the deviation of a pixel; null where the likelihood has
///   none
/// @see <a href="https://arxiv.org/abs/1312.6114">Kingma, Welling: Auto-encoding variational
///   Bayes</a>
public record Vae(
    VaeSizes sizes,
    Sequential encoder,
    Linear hidden,
    Linear mean,
    Linear logVariance,
    Sequential decoder,
    @Nullable Parameter logDeviation)
    implements Module {

  /// The 1 of a one-hot class. One class in ten has its weights moved by a picture, and there are
  /// far fewer of them than of pixels: with a 1 the latent has learned to hold the class before
  /// they have grown, and the class that is asked for is drawn in a third of all pictures.
  private static final double CLASS_SCALE = 8;

  /// A new autoencoder.
  ///
  /// @param init draws its weights
  /// @param sizes what it is built by
  /// @return the autoencoder, untrained
  public static Vae of(Init init, VaeSizes sizes) {
    Init encoder = init.at("encoder");
    return new Vae(
        sizes,
        encoder(encoder, sizes),
        hidden(encoder, sizes),
        Linear.of(init.at("mean"), sizes.hidden(), sizes.latent()),
        Linear.of(init.at("logVariance"), sizes.hidden(), sizes.latent()),
        decoder(init.at("decoder"), sizes),
        sizes.likelihood() == VaeSizes.Likelihood.GAUSSIAN
            ? init.parameter("logDeviation", Initialiser.constant(-1))
            : null);
  }

  private static Sequential encoder(Init init, VaeSizes sizes) {
    return switch (sizes.arch()) {
      case MLP -> Sequential.of(new Flatten());
      case CONV ->
          Sequential.of(
              Conv2d.of(init.at("conv1"), 1, 32, 3, 2, 1),
              Activation.RELU,
              Conv2d.of(init.at("conv2"), 32, 64, 3, 2, 1),
              Activation.RELU,
              new Flatten());
    };
  }

  private static Linear hidden(Init init, VaeSizes sizes) {
    int rows =
        switch (sizes.arch()) {
          case MLP -> sizes.pixels();
          case CONV -> 64 * sizes.quarters();
        };
    return Linear.of(init.at("fc"), rows + sizes.classes(), sizes.hidden());
  }

  private static Sequential decoder(Init init, VaeSizes sizes) {
    int in = sizes.latent() + sizes.classes();
    return switch (sizes.arch()) {
      case MLP ->
          Sequential.of(
              Linear.of(init.at("fc1"), in, sizes.hidden()),
              Activation.RELU,
              Linear.of(init.at("fc2"), sizes.hidden(), sizes.pixels()),
              Unflatten.of(1, sizes.height(), sizes.width()));
      case CONV ->
          Sequential.of(
              Linear.of(init.at("fc1"), in, sizes.hidden()),
              Activation.RELU,
              Linear.of(init.at("fc2"), sizes.hidden(), 64 * sizes.quarters()),
              Activation.RELU,
              Unflatten.of(64, sizes.height() / 4, sizes.width() / 4),
              ConvTranspose2d.of(init.at("up1"), 64, 32, 3, 2, 1, 1),
              Activation.RELU,
              ConvTranspose2d.of(init.at("up2"), 32, 1, 3, 2, 1, 1));
    };
  }

  /// Where a picture lies in the latent space.
  ///
  /// @param mean `[B, latent]`
  /// @param logVariance `[B, latent]`
  public record Code(Tensor mean, Tensor logVariance) {}

  /// The two parts of the negative evidence lower bound of each picture, `[B]`, in nats.
  ///
  /// @param reconstruction negative log-likelihood of the picture, given the latent
  /// @param divergence of the latent from the standard normal distribution
  public record Elbo(Tensor reconstruction, Tensor divergence) {}

  /// Finds pictures in the latent space.
  ///
  /// @param pictures `[B, 1, height, width]`, 0 to 1
  /// @param labels i32 `[B]`; null for a model without classes
  /// @param pass training or evaluation
  /// @return where they lie
  public Code encode(Tensor pictures, @Nullable Tensor labels, Pass pass) {
    Tensor rows = withClass(encoder.forward(pictures, pass), labels);
    Tensor features = hidden.forward(rows, pass).relu();
    return new Code(mean.forward(features, pass), logVariance.forward(features, pass));
  }

  /// Pictures of latents `[B, latent]`: for every pixel the mean of its distribution, 0 to 1.
  ///
  /// @param latent `[B, latent]`
  /// @param labels i32 `[B]`; null for a model without classes
  /// @param pass training or evaluation
  /// @return `[B, 1, height, width]`
  public Tensor picture(Tensor latent, @Nullable Tensor labels, Pass pass) {
    return decoder.forward(withClass(latent, labels), pass).sigmoid();
  }

  /// With one sample of the latent for each picture, drawn with the pass's key.
  ///
  /// @param pictures `[B, 1, height, width]`, 0 to 1
  /// @param labels i32 `[B]`; null for a model without classes
  /// @param pass training or evaluation
  /// @return both parts
  public Elbo elbo(Tensor pictures, @Nullable Tensor labels, Pass pass) {
    Code code = encode(pictures, labels, pass);
    Tensor noise = Tensor.randn(code.mean.dtype(), pass.key(), code.mean.shape().toArray());
    Tensor latent = code.mean.add(noise.mul(code.logVariance.mul(0.5).exp()));
    Tensor logits = decoder.forward(withClass(latent, labels), pass);
    Tensor missed = unlikelihood(logits, pictures, pass).reshape(pictures.dim(0), -1).sum(-1);
    return new Elbo(
        missed, Loss.gaussianDivergence(code.mean, code.logVariance, Reduction.NONE).sum(-1));
  }

  /// Of every pixel, in nats.
  private Tensor unlikelihood(Tensor logits, Tensor pictures, Pass pass) {
    if (logDeviation == null) {
      return Loss.binaryCrossEntropy(logits, pictures, Reduction.NONE);
    }
    Tensor log = pass.value(logDeviation);
    Tensor off = pictures.sub(logits.sigmoid()).mul(log.neg().exp());
    return off.square().mul(0.5).add(log.add(0.5 * Math.log(2 * Math.PI)));
  }

  private Tensor withClass(Tensor rows, @Nullable Tensor labels) {
    return labels == null
        ? rows
        : Tensor.concat(1, rows, labels.oneHot(sizes.classes(), rows.dtype()).mul(CLASS_SCALE));
  }

  @Override
  public Parts parts() {
    return Parts.of(encoder, hidden, mean, logVariance, decoder, logDeviation);
  }
}
