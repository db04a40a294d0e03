package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.Activation;
import jacquard.nn.Init;
import jacquard.nn.Layer;
import jacquard.nn.Linear;
import jacquard.nn.Sequential;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Optimiser;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Networks that are really trained, badly and well, and what the watch says of them.
class WatchedTrainingTest {
  private static final int WIDTH = 16;
  private static final int STEPS = 40;

  /// What was said while a network learned the mean of a row.
  ///
  /// @param losses of all steps
  private record Watched(List<String> warnings, List<Double> losses) {}

  /// A network of so many hidden layers, `hidden.0.fc` and so on, and one number for each row.
  private static Watched train(int depth, Activation activation, double rate) {
    Init init = Init.of(7);
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < depth; i++) {
      layers.add(Linear.of(init.at("hidden").at(i).at("fc"), WIDTH, WIDTH));
      layers.add(activation);
    }
    layers.add(Linear.of(init.at("last"), WIDTH, 1));
    Sequential net = new Sequential(layers);
    Optimiser adam = Adam.of(net.parameters(), rate);
    TrainStep<Tensor> step =
        TrainStep.of(
            (x, pass) -> net.forward(x, pass).sub(x.meanKeepDims(1)).square().mean(),
            adam,
            Key.of(1));
    Tensor x = Tensor.rand(Key.of(2), 64, WIDTH).realise();
    Watch watch = new Watch();
    List<String> warnings = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      losses.add(step.run(i, x).loss().item());
      if (i % 10 == 9) {
        warnings.addAll(watch.look(Look.of(i + 1, step.inspect(i, x))));
      }
    }
    return new Watched(warnings, losses);
  }

  @Test
  void sigmoidsThatAreManyDeepLetTheFirstLayersGradientVanish() {
    Watched deep = train(12, Activation.SIGMOID, 1e-3);
    assertEquals(1, deep.warnings.size(), deep::toString);
    String line = deep.warnings.getFirst();
    assertTrue(
        line.matches(
            "vanishing gradients\\? those of hidden\\.0\\.fc\\.weight are \\de-\\d\\d times those of"
                + " last\\.weight after step 10: .*"),
        line);
  }

  @Test
  void stepsThatAreTooLargeKillReluUnits() {
    Watched large = train(2, Activation.RELU, 2);
    List<String> dead =
        large.warnings.stream().filter(line -> line.startsWith("dead ReLUs?")).toList();
    assertTrue(
        dead.stream()
            .anyMatch(line -> line.matches(".* \\d+ % of the units of hidden\\.0\\.fc are 0 .*")),
        large::toString);
  }

  @Test
  void whatLearnsWellIsNotTalkedAbout() {
    for (Activation activation : List.of(Activation.RELU, Activation.SIGMOID)) {
      Watched well = train(2, activation, 1e-3);
      assertEquals(List.of(), well.warnings, activation.toString());
      assertTrue(well.losses.getLast() < 0.8 * well.losses.getFirst(), well.losses::toString);
    }
  }
}
