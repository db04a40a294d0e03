package jacquard.examples.recipe.gan;

import jacquard.autograd.Gradients;
import jacquard.nn.AdversarialLoss;
import jacquard.nn.GradientPenalty;
import jacquard.nn.Module;
import jacquard.nn.Pass;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Group;
import jacquard.nn.optim.Schedule;
import jacquard.nn.train.Inspection;
import jacquard.tensor.CompiledStep.Work;
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
  private final Adam forDiscriminator;
  private final Adam forGenerator;
  private final Schedule noise;

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
    public boolean isPenalised() {
      return penalty > 0 || realPenalty > 0;
    }
  }

  /// @param pictures `[B, 1, height, width]`, -1 to 1
  /// @param labels i32 `[B]`; null for a model without classes
  public record Real(Tensor pictures, @Nullable Tensor labels) {}

  public Duel(GanModel model, Settings settings, Key key) {
    this.model = model;
    this.settings = settings;
    this.key = key;
    forDiscriminator = adam(model.discriminator(), settings.rateD);
    forGenerator = adam(model.generator(), settings.rateG);
    noise = Schedule.linear(settings.noise, 0, Math.max(1, settings.steps));
  }

  /// Without momentum for WGAN, whose penalty makes a moving target of the slope, and with half of
  /// the usual one otherwise, as in the papers of both.
  private Adam adam(Module module, double rate) {
    return new Adam(
        List.of(Group.of(module.parameters(), rate)),
        settings.loss == AdversarialLoss.WGAN
            ? Adam.Settings.ADAM.withBetas(0, 0.9)
            : Adam.Settings.ADAM.withBetas(0.5, 0.999));
  }

  public GanModel model() {
    return model;
  }

  /// Everything that steps change.
  public List<State> states() {
    return Stream.of(model.states(), forDiscriminator.states(), forGenerator.states())
        .flatMap(List::stream)
        .toList();
  }

  /// Makes step number `step`.
  ///
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
    Round round = round(step, number, real);
    round.updateDiscriminator(step * settings.rounds + number);
    return new Work(List.of(), round.pass.updates());
  }

  /// One plan: the generator draws once, and is judged by the discriminator that the same plan has
  /// just improved, because later reads of a pass see what it updated.
  private Work both(long step, int number, Real real) {
    Round round = round(step, number, real);
    Verdict verdict = round.updateDiscriminator(step * settings.rounds + number);
    Tensor generatorLoss = round.updateGenerator(step);
    return new Work(List.of(verdict.loss, generatorLoss, verdict.accuracy), round.pass.updates());
  }

  /// Looks at both networks with a batch of step number `step`.
  public Inspection inspect(long step, Real real) {
    Round round = round(step, settings.rounds - 1, real);
    return Inspection.of(
        List.of(
            new Inspection.Target(round.discriminatorLoss().total, forDiscriminator.parameters()),
            new Inspection.Target(round.generatorLoss(), forGenerator.parameters())),
        round.pass);
  }

  private Round round(long step, int number, Real real) {
    Key key = this.key.dynamic().fold(Math.toIntExact(step)).fold(number);
    return new Round(step, Pass.training(key), real);
  }

  /// Updates of the discriminator in a step.
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
      update(forDiscriminator, update, verdict.total);
      return verdict;
    }

    /// What was drawn should pass for real.
    Tensor generatorLoss() {
      return settings.loss.generator(judge(seen(drawn)));
    }

    Tensor updateGenerator(long update) {
      Tensor loss = generatorLoss();
      update(forGenerator, update, loss);
      if (model.average() != null) {
        model.average().update(pass);
      }
      return loss;
    }

    private void update(Adam adam, long number, Tensor loss) {
      adam.update(number, Gradients.of(loss, pass.values(adam.parameters())), pass);
    }
  }
}
