package jacquard.examples.recipe.gan;

import jacquard.autograd.Gradients;
import jacquard.nn.AdversarialLoss;
import jacquard.nn.GradientPenalty;
import jacquard.nn.Module;
import jacquard.nn.Pass;
import jacquard.nn.Precision;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Group;
import jacquard.nn.optim.Schedule;
import jacquard.nn.train.Inspection;
import jacquard.nn.train.LossScale;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Scalar;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A generator and a discriminator in training: some steps of the one, then one of the other.
public final class Duel {
  private final GanModel model;
  private final Settings settings;
  private final Key key;
  private final Precision precision;
  private final Side forDiscriminator;
  private final Side forGenerator;
  private final Schedule noise;

  /// How a duel is fought.
  ///
  /// @param loss of both sides
  /// @param rateD learning rate of the discriminator
  /// @param rateG learning rate of the generator
  /// @param rounds updates of the discriminator for each of the generator
  /// @param smoothing of the target of real pictures, 0 for none
  /// @param noise deviation of the noise that every picture is judged through, falling to 0 over
  ///   the run; 0 for none
  /// @param penalty weight of [GradientPenalty#between], 0 for none
  /// @param realPenalty weight of [GradientPenalty#atReal], 0 for none
  /// @param steps of the whole run
  public record Settings(
      AdversarialLoss loss,
      double rateD,
      double rateG,
      int rounds,
      double smoothing,
      double noise,
      double penalty,
      double realPenalty,
      long steps) {
    /// {@return whether the discriminator's slope is penalised}
    public boolean isPenalised() {
      return penalty > 0 || realPenalty > 0;
    }
  }

  /// Real pictures.
  ///
  /// @param pictures `[B, 1, height, width]`, -1 to 1
  /// @param labels i32 `[B]`; null for a model without classes
  public record Real(Tensor pictures, @Nullable Tensor labels) {}

  /// One of the two in training. Each has a scale of its own: gradients of the one may overflow
  /// where those of the other don't.
  ///
  /// @param averages of what is trained, which move with it
  /// @param scale of the loss; null for none
  private record Side(Adam adam, List<State> averages, @Nullable LossScale scale) {
    List<State> states() {
      List<State> all = new ArrayList<>(adam.states());
      if (scale != null) {
        all.addAll(scale.states());
      }
      return all;
    }

    List<Tensor> gradients(Tensor loss, Pass pass) {
      List<Tensor> parameters = pass.values(adam.parameters());
      return scale == null
          ? Gradients.of(loss, parameters)
          : scale.unscaled(Gradients.of(scale.scaled(loss, pass), parameters), pass);
    }

    void guard(List<Tensor> gradients, Pass pass) {
      if (scale != null) {
        List<State> changed = new ArrayList<>(adam.parameters());
        changed.addAll(adam.states());
        changed.addAll(averages);
        scale.guard(gradients, changed, pass);
      }
    }
  }

  /// A duel before its first step.
  ///
  /// @param model the two networks, whose parameters are trained
  /// @param settings how it is fought
  /// @param key of all noise
  /// @param precision of matrix products and convolutions
  public Duel(GanModel model, Settings settings, Key key, Precision precision) {
    this.model = model;
    this.settings = settings;
    this.key = key;
    this.precision = precision;
    List<State> averages = model.average() == null ? List.of() : model.average().states();
    forDiscriminator = side("d_loss_scale", model.discriminator(), settings.rateD, List.of());
    forGenerator = side("g_loss_scale", model.generator(), settings.rateG, averages);
    noise = Schedule.linear(settings.noise, 0, Math.max(1, settings.steps));
  }

  /// Without momentum for WGAN, whose penalty makes a moving target of the slope, and with half of
  /// the usual one otherwise, as in the papers of both.
  private Side side(String name, Module module, double rate, List<State> averages) {
    Adam adam =
        new Adam(
            List.of(Group.of(module.parameters(), rate)),
            settings.loss == AdversarialLoss.WGAN
                ? Adam.Settings.ADAM.withBetas(0, 0.9)
                : Adam.Settings.ADAM.withBetas(0.5, 0.999));
    Device device = adam.parameters().getFirst().device();
    boolean scaled = precision == Precision.F16;
    return new Side(adam, averages, scaled ? LossScale.standard(device, name) : null);
  }

  /// {@return what to tell people of the losses' scales now; null where they have none}
  public @Nullable String note() {
    LossScale d = forDiscriminator.scale;
    LossScale g = forGenerator.scale;
    return d == null || g == null ? null : "discriminator: " + d + "; generator: " + g;
  }

  /// {@return the networks in training}
  public GanModel model() {
    return model;
  }

  /// {@return everything that steps change}
  public List<State> states() {
    return Stream.of(model.states(), forDiscriminator.states(), forGenerator.states())
        .flatMap(List::stream)
        .toList();
  }

  /// Makes step number `step`.
  ///
  /// @param step number of the step, from 0
  /// @param real the batch of each of the discriminator's rounds
  /// @return losses, and the part of the pictures that the discriminator tells right
  public Map<String, Double> step(long step, IntFunction<Real> real) {
    List<Tensor> outputs = List.of();
    for (Supplier<Work> plan : plans(step, real)) {
      Work work = plan.get();
      Step.run(work.outputs(), work.updates());
      outputs = work.outputs();
    }
    Map<String, Double> losses = new LinkedHashMap<>();
    losses.put("d_loss", outputs.get(0).item());
    losses.put("g_loss", outputs.get(1).item());
    losses.put("d_accuracy", outputs.get(2).item());
    return losses;
  }

  /// What step number `step` would do: a plan for each round of the discriminator, the last with
  /// the generator's.
  ///
  /// @param step number of the step, from 0
  /// @param real the batch of each of the discriminator's rounds
  /// @return what makes each plan's graph
  public List<Supplier<Work>> plans(long step, IntFunction<Real> real) {
    int last = settings.rounds - 1;
    List<Supplier<Work>> plans = new ArrayList<>();
    for (int i = 0; i < last; i++) {
      int round = i;
      plans.add(() -> alone(step, round, real.apply(round)));
    }
    plans.add(() -> both(step, last, real.apply(last)));
    return plans;
  }

  private Work alone(long step, int number, Real real) {
    Round round = round(step, number, real, precision);
    round.updateDiscriminator(step * settings.rounds + number);
    return new Work(List.of(), round.pass.updates());
  }

  /// One plan: the generator draws once, and is judged by the discriminator that the same plan has
  /// just improved, because later reads of a pass see what it updated.
  private Work both(long step, int number, Real real) {
    Round round = round(step, number, real, precision);
    Verdict verdict = round.updateDiscriminator(step * settings.rounds + number);
    Tensor generatorLoss = round.updateGenerator(step);
    return new Work(List.of(verdict.loss, generatorLoss, verdict.accuracy), round.pass.updates());
  }

  /// Looks at both networks with a batch of step number `step`.
  ///
  /// @param step number of the step, from 0
  /// @param real a batch of real pictures
  /// @return what the networks look like
  public Inspection inspect(long step, Real real) {
    Round round = round(step, settings.rounds - 1, real, Precision.F32);
    return Inspection.of(
        List.of(
            new Inspection.Target(
                round.discriminatorLoss().total, forDiscriminator.adam.parameters()),
            new Inspection.Target(round.generatorLoss(), forGenerator.adam.parameters())),
        round.pass);
  }

  private Round round(long step, int number, Real real, Precision of) {
    Key key = this.key.dynamic().fold(Math.toIntExact(step)).fold(number);
    return new Round(step, Pass.training(key, of), real);
  }

  /// {@return updates of the discriminator in a step}
  public int rounds() {
    return settings.rounds;
  }

  /// @param total the loss with its penalties
  private record Verdict(Tensor loss, Tensor total, Tensor accuracy) {}

  /// A batch, and what is drawn to be compared with it: of the same classes.
  private final class Round {
    private final Pass pass;
    private final long step;
    private final Tensor real;
    private final @Nullable Tensor labels;
    private final Tensor drawn;

    Round(long step, Pass pass, Real batch) {
      this.step = step;
      this.pass = pass;
      real = batch.pictures;
      labels = batch.labels;
      drawn = model.generator().draw(pass.key(), real.dim(0), labels, pass);
    }

    private Tensor judge(Tensor pictures) {
      return model.discriminator().judge(pictures, labels, pass);
    }

    /// The pictures as the discriminator sees them.
    private Tensor seen(Tensor pictures) {
      if (settings.noise == 0) {
        return pictures;
      }
      Tensor deviation = Scalar.of(pictures.dtype(), () -> noise.at(step), pictures.device());
      return pictures.add(Tensor.randn(pass.key(), pictures.shape()).mul(deviation));
    }

    /// The generator is only watched, so it gets no gradient.
    Verdict discriminatorLoss() {
      Tensor original = seen(real);
      Tensor forged = seen(drawn.detach());
      Tensor ofReal = judge(original);
      Tensor ofDrawn = judge(forged);
      Tensor loss = settings.loss.discriminator(ofReal, ofDrawn, settings.smoothing);
      Tensor total = loss;
      UnaryOperator<Tensor> judge = this::judge;
      if (settings.penalty > 0) {
        Tensor slope = GradientPenalty.between(judge, original, forged, pass.key());
        total = total.add(slope.mul(settings.penalty));
      }
      if (settings.realPenalty > 0) {
        total = total.add(GradientPenalty.atReal(judge, original).mul(settings.realPenalty));
      }
      return new Verdict(loss, total, settings.loss.accuracy(ofReal, ofDrawn));
    }

    Verdict updateDiscriminator(long update) {
      Verdict verdict = discriminatorLoss();
      List<Tensor> gradients = forDiscriminator.gradients(verdict.total, pass);
      forDiscriminator.adam.update(update, gradients, pass);
      forDiscriminator.guard(gradients, pass);
      return verdict;
    }

    /// What was drawn should pass for real.
    Tensor generatorLoss() {
      return settings.loss.generator(judge(seen(drawn)));
    }

    Tensor updateGenerator(long update) {
      Tensor loss = generatorLoss();
      List<Tensor> gradients = forGenerator.gradients(loss, pass);
      forGenerator.adam.update(update, gradients, pass);
      if (model.average() != null) {
        model.average().update(pass);
      }
      forGenerator.guard(gradients, pass);
      return loss;
    }
  }
}
