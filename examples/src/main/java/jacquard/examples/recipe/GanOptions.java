package jacquard.examples.recipe;

import jacquard.examples.recipe.gan.Duel;
import jacquard.examples.recipe.gan.GanModel;
import jacquard.examples.recipe.gan.GanModel.Arch;
import jacquard.examples.recipe.gan.GanModel.Norm;
import jacquard.nn.AdversarialLoss;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What can be said of a GAN's networks and of how they are trained.
final class GanOptions {
  @Option(
      names = "--arch",
      paramLabel = "NAME",
      defaultValue = "mlp",
      description = "Networks: mlp (linear layers) or dcgan (convolutions). Default: mlp.")
  private Arch arch;

  @Option(
      names = "--loss",
      paramLabel = "NAME",
      defaultValue = "bce",
      converter = LossConverter.class,
      description = "bce, lsgan, hinge or wgan-gp. Default: ${DEFAULT-VALUE}.")
  private AdversarialLoss loss;

  @Option(
      names = "--latent",
      paramLabel = "N",
      defaultValue = "100",
      description = "Numbers of noise that a picture is drawn from. Default: ${DEFAULT-VALUE}.")
  private int latent;

  @Option(
      names = "--channels",
      paramLabel = "N",
      description =
          "dcgan: channels of the outer convolutions; the inner ones have twice as many. Default:"
              + " 32.")
  private @Nullable Integer channels;

  @Option(names = "--conditional", description = "Draw the class that is asked for.")
  private boolean conditional;

  @Option(
      names = "--spectral-norm",
      description = "Divide the discriminator's weights by their largest singular value.")
  private boolean spectralNorm;

  @Option(
      names = "--batch-norm",
      description =
          "dcgan: batch norm in the discriminator, as in the paper. It learns faster then than the"
              + " generator can follow.")
  private boolean batchNorm;

  @Option(
      names = "--ema",
      paramLabel = "X",
      defaultValue = "0",
      description =
          "Draw with an average of the generator's weights that forgets 1 - X of itself in a step,"
              + " such as 0.999.")
  private double ema;

  @Option(
      names = "--d-steps",
      paramLabel = "N",
      description =
          "Updates of the discriminator for each of the generator. Default: 5 for wgan-gp, as in its"
              + " paper, else 1.")
  private @Nullable Integer rounds;

  @Option(
      names = "--lr",
      paramLabel = "X",
      defaultValue = "2e-4",
      description = "Learning rate of both. Default: ${DEFAULT-VALUE}.")
  private double learningRate;

  @Option(names = "--lr-d", paramLabel = "X", description = "That of the discriminator alone.")
  private @Nullable Double rateD;

  @Option(names = "--lr-g", paramLabel = "X", description = "That of the generator alone.")
  private @Nullable Double rateG;

  @Option(
      names = "--label-smoothing",
      paramLabel = "X",
      defaultValue = "0",
      description = "How far below 1 the target of real pictures lies, for bce and lsgan.")
  private double smoothing;

  @Option(
      names = "--instance-noise",
      paramLabel = "X",
      defaultValue = "0",
      description = "Noise that pictures are judged through, falling to 0 until the end.")
  private double noise;

  @Option(
      names = "--gradient-penalty",
      paramLabel = "X",
      description =
          "Weight of the discriminator's squared distance from slope 1 between real and drawn."
              + " Default: 10 for wgan-gp, else 0.")
  private @Nullable Double penalty;

  @Option(
      names = "--r1",
      paramLabel = "X",
      defaultValue = "0",
      description = "Weight of the discriminator's squared slope at real pictures.")
  private double realPenalty;

  /// @param begun whether the run exists already: earlier versions recorded `--channels` whatever
  ///   the architecture
  /// @throws IllegalArgumentException if a value is out of range, or two don't go together
  void check(boolean begun) {
    Require.atLeast("--latent", latent, 1);
    Require.atLeast("--channels", channels(), 1);
    if (channels != null && arch != Arch.DCGAN && !begun) {
      throw new IllegalArgumentException(
          "--channels is " + channels + " and for dcgan, and --arch is mlp; leave it out");
    }
    Require.atLeast("--d-steps", rounds(), 1);
    Require.probability("--ema", ema);
    Require.probability("--label-smoothing", smoothing);
    Require.aboveZero("--lr", learningRate);
    Require.aboveZero("--lr-d", rateD());
    Require.aboveZero("--lr-g", rateG());
    Require.zeroOrMore("--instance-noise", noise);
    Require.zeroOrMore("--gradient-penalty", penalty());
    Require.zeroOrMore("--r1", realPenalty);
    if (loss == AdversarialLoss.WGAN && penalty() == 0 && realPenalty == 0 && !spectralNorm) {
      throw new IllegalArgumentException(
          "--gradient-penalty is 0, and wgan-gp wants a critic of bounded slope: expected above 0, or --r1 or --spectral-norm beside it");
    }
    if (batchNorm && (arch != Arch.DCGAN || spectralNorm || penalised())) {
      throw new IllegalArgumentException(
          "--batch-norm is for dcgan, without --spectral-norm and penalties; leave it out");
    }
    if (smoothing > 0 && !loss.hasTargets()) {
      throw new IllegalArgumentException(
          "--label-smoothing is for bce and lsgan, and --loss is " + LossConverter.name(loss));
    }
  }

  /// What may help against a mode collapse, of what isn't done already.
  String remedies() {
    List<String> left = new ArrayList<>();
    left.add(loss == AdversarialLoss.WGAN ? "more --d-steps" : "--loss wgan-gp");
    if (!spectralNorm) {
      left.add("--spectral-norm");
    }
    if (rateD == null) {
      left.add("--lr-d");
    }
    int last = left.size() - 1;
    return last == 0
        ? left.getFirst()
        : String.join(", ", left.subList(0, last)) + " or " + left.get(last);
  }

  private int channels() {
    return channels == null ? 32 : channels;
  }

  int rounds() {
    return rounds != null ? rounds : loss == AdversarialLoss.WGAN ? 5 : 1;
  }

  /// What else might be tried, of what is asked for; null if nothing comes to mind.
  @Nullable String hint(Digits digits) {
    boolean fits = digits.height() % 4 == 0 && digits.width() % 4 == 0;
    return conditional && arch == Arch.MLP && fits
        ? "--conditional with linear layers draws some classes badly; --arch dcgan takes longer and"
            + " draws more of the class that is asked for"
        : null;
  }

  double learningRate() {
    return learningRate;
  }

  private double rateD() {
    return rateD == null ? learningRate : rateD;
  }

  private double rateG() {
    return rateG == null ? learningRate : rateG;
  }

  private double penalty() {
    return penalty != null ? penalty : loss == AdversarialLoss.WGAN ? 10 : 0;
  }

  /// What the losses are, for a chart.
  String quantity() {
    return switch (loss) {
      case BCE -> "cross-entropy, nats";
      case LSGAN -> "squared error";
      case HINGE, WGAN -> "loss";
    };
  }

  private boolean penalised() {
    return penalty() > 0 || realPenalty > 0;
  }

  GanModel.Sizes sizes(Digits digits) {
    Norm norm =
        spectralNorm
            ? Norm.SPECTRAL
            : penalised() ? Norm.LAYER : batchNorm ? Norm.BATCH : Norm.NONE;
    return new GanModel.Sizes(
        arch,
        digits.height(),
        digits.width(),
        channels(),
        latent,
        conditional ? digits.classes() : 0,
        norm,
        ema);
  }

  Duel.Settings settings(long steps) {
    return new Duel.Settings(
        loss, rateD(), rateG(), rounds(), smoothing, noise, penalty(), realPenalty, steps);
  }
}
