package jacquard.nn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.autograd.Gradients;
import jacquard.nn.Activation;
import jacquard.nn.BatchNorm;
import jacquard.nn.Init;
import jacquard.nn.LeakyRelu;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Pass;
import jacquard.nn.Reduction;
import jacquard.nn.Reference;
import jacquard.nn.Sequential;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Group;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A GAN's step, in which the generator is judged by the discriminator that was just updated: one
/// plan against two.
class AdversarialStepTest {
  private static final class Pair {
    final Sequential generator;
    final Sequential discriminator;
    final Adam forGenerator;
    final Adam forDiscriminator;

    Pair() {
      Init g = Reference.init(1).at("generator");
      Init d = Reference.init(1).at("discriminator");
      generator =
          Sequential.of(
              Linear.of(g.at("fc1"), 3, 6),
              Activation.RELU,
              Linear.of(g.at("fc2"), 6, 4),
              Activation.TANH);
      discriminator =
          Sequential.of(
              Linear.of(d.at("fc1"), 4, 5),
              BatchNorm.of(d.at("norm"), 5),
              new LeakyRelu(0.2),
              Linear.of(d.at("fc2"), 5, 1));
      Adam.Settings settings = Adam.Settings.ADAM.withBetas(0.5, 0.999);
      forGenerator = new Adam(List.of(Group.of(generator.parameters(), 0.01)), settings);
      forDiscriminator = new Adam(List.of(Group.of(discriminator.parameters(), 0.01)), settings);
    }

    List<State> states() {
      List<State> all = new ArrayList<>(generator.states());
      all.addAll(discriminator.states());
      all.addAll(forGenerator.states());
      all.addAll(forDiscriminator.states());
      return all;
    }

    Tensor judge(Tensor x, double target, Pass pass) {
      return Loss.binaryCrossEntropy(discriminator.forward(x, pass), target, Reduction.MEAN);
    }

    void updateDiscriminator(long step, Tensor loss, Pass pass) {
      forDiscriminator.update(
          step, Gradients.of(loss, pass.values(discriminator.parameters())), pass);
    }

    void updateGenerator(long step, Tensor loss, Pass pass) {
      forGenerator.update(step, Gradients.of(loss, pass.values(generator.parameters())), pass);
    }
  }

  private static Tensor real(long step) {
    return Reference.random(10 + step, 8, 4);
  }

  private static Tensor noise(long step) {
    return Reference.random(20 + step, 8, 3);
  }

  private static double[] onePlan(Pair pair, long step) {
    Pass pass = Pass.training();
    Tensor fake = pair.generator.forward(noise(step), pass);
    Tensor lossD = pair.judge(real(step), 1, pass).add(pair.judge(fake.detach(), 0, pass));
    pair.updateDiscriminator(step, lossD, pass);
    Tensor lossG = pair.judge(fake, 1, pass);
    pair.updateGenerator(step, lossG, pass);
    Step.run(List.of(lossD, lossG), pass.updates());
    return new double[] {lossD.item(), lossG.item()};
  }

  private static double[] twoPlans(Pair pair, long step) {
    Pass first = Pass.training();
    Tensor fixed = pair.generator.forward(noise(step), first).realise();
    Tensor lossD = pair.judge(real(step), 1, first).add(pair.judge(fixed, 0, first));
    pair.updateDiscriminator(step, lossD, first);
    Step.run(List.of(lossD), first.updates());
    Pass second = Pass.training();
    Tensor lossG = pair.judge(pair.generator.forward(noise(step), second), 1, second);
    pair.updateGenerator(step, lossG, second);
    Step.run(List.of(lossG), second.updates());
    return new double[] {lossD.item(), lossG.item()};
  }

  @Test
  void onePlanGivesWhatTwoGive() {
    Pair one = new Pair();
    Pair two = new Pair();
    for (long step = 0; step < 4; step++) {
      assertArrayEquals(twoPlans(two, step), onePlan(one, step), 1e-12);
    }
    List<State> expected = two.states();
    for (int i = 0; i < expected.size(); i++) {
      State state = one.states().get(i);
      assertEquals(expected.get(i).name(), state.name());
      assertArrayEquals(
          Reference.values(expected.get(i)), Reference.values(state), 1e-11, state.name());
    }
  }
}
