package jacquard.examples;

import jacquard.nn.Activation;
import jacquard.nn.Init;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Reduction;
import jacquard.nn.Sequential;
import jacquard.nn.optim.Adam;
import jacquard.nn.train.CheckpointFile;
import jacquard.nn.train.CheckpointFolder;
import jacquard.nn.train.TrainStep;
import jacquard.nn.train.Trainer;
import jacquard.tensor.Key;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Trains a network for 100 steps more each time it is started: `KeepTraining FOLDER`. The losses
/// are those of a program that was never ended.
public final class KeepTraining {
  private KeepTraining() {}

  static void main(String[] args) {
    Arguments.run("KeepTraining FOLDER", args, KeepTraining::goOn);
  }

  static void goOn(Arguments args) throws IOException {
    train(new CheckpointFolder(args.path(0), 3), 100).forEach(System.out::println);
  }

  /// Trains `more` steps from the last checkpoint on and leaves a new one.
  ///
  /// @return the losses
  /// @throws IOException if the last checkpoint is damaged, or the new one can't be written
  static List<Double> train(CheckpointFolder checkpoints, long more) throws IOException {
    Init init = Init.of(1);
    Sequential model =
        Sequential.of(
            Linear.of(init.at("in"), 2, 32), Activation.TANH, Linear.of(init.at("out"), 32, 1));
    Key key = Key.of(2);
    TrainStep<Tensor> step =
        TrainStep.of(
            (x, pass) -> {
              Tensor product = x.prod(1).unsqueeze(1);
              return Loss.meanSquared(model.forward(x, pass), product, Reduction.MEAN);
            },
            Adam.of(model.parameters(), 0.01),
            key);

    // All that steps change; batches and random numbers are functions of the step.
    List<State> states = new ArrayList<>(model.states());
    states.addAll(step.states());
    long first = 0;
    if (!checkpoints.newestFirst().isEmpty()) {
      try (CheckpointFile last = CheckpointFile.open(checkpoints.newestFirst().getFirst())) {
        last.restore(states);
        first = last.step();
      }
    }

    List<Double> losses = new ArrayList<>();
    Trainer<Tensor> trainer =
        new Trainer<>(step, number -> Tensor.randn(key.dynamic().fold((int) number), 64, 2), first)
            .listen(result -> losses.add(result.loss().item()));
    trainer.run(first + more, () -> false);
    checkpoints.save(trainer.next(), states, Map.of("note", "a product of two numbers"));
    return losses;
  }
}
