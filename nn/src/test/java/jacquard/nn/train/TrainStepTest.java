package jacquard.nn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.PlannedBackend;
import jacquard.nn.Activation;
import jacquard.nn.BatchNorm;
import jacquard.nn.Dropout;
import jacquard.nn.Init;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Reduction;
import jacquard.nn.Reference;
import jacquard.nn.Sequential;
import jacquard.nn.StateDict;
import jacquard.nn.io.FormatException;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Ema;
import jacquard.nn.optim.Group;
import jacquard.nn.optim.Schedule;
import jacquard.nn.optim.Sgd;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainStepTest {
  private record Sample(Tensor x, Tensor y) {}

  private static Sequential model(double dropout) {
    Init init = Reference.init(3);
    return Sequential.of(
        Linear.of(init.at("a"), 3, 5),
        Activation.TANH,
        new Dropout(dropout),
        Linear.of(init.at("b"), 5, 2));
  }

  private static Objective<Sample> squares(Sequential model) {
    return (sample, pass) ->
        Loss.meanSquared(model.forward(sample.x, pass), sample.y, Reduction.MEAN);
  }

  private static Sample sample(long seed, int rows) {
    return new Sample(Reference.random(seed, rows, 3), Reference.random(seed + 99, rows, 2));
  }

  private static List<double[]> values(List<? extends State> states) {
    return states.stream().map(Reference::values).toList();
  }

  private static void assertSame(List<double[]> expected, List<double[]> actual, double tolerance) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), tolerance);
    }
  }

  @Test
  void lossFallsAndListenersHearEveryStep() {
    Sequential model = model(0);
    TrainStep<Sample> step =
        TrainStep.of(squares(model), Adam.of(model.parameters(), 0.05), Reference.key(1));
    Sample sample = sample(1, 4);
    List<Double> losses = new ArrayList<>();
    Trainer<Sample> trainer =
        new Trainer<>(step, s -> sample, 0).listen(r -> losses.add(r.loss().item()));
    double before = step.evaluate(List.of(sample));
    trainer.run(30, () -> false);
    assertEquals(30, trainer.next());
    assertEquals(30, losses.size());
    assertEquals(before, losses.get(0), 1e-14);
    assertTrue(losses.getLast() < 0.2 * before, before + " to " + losses.getLast());
    trainer.run(40, () -> trainer.next() == 35);
    assertEquals(35, trainer.next());
  }

  @Test
  void clippedStepReportsItsNormAndMovesByTheLimit() {
    Sequential model = model(0);
    List<double[]> before = values(model.parameters());
    StepResult result =
        TrainStep.of(squares(model), Sgd.of(model.parameters(), 1), Reference.key(1))
            .withClipNorm(1e-3)
            .run(0, sample(1, 4));
    double moved = 0;
    for (int i = 0; i < before.size(); i++) {
      double[] now = Reference.values(model.parameters().get(i));
      for (int j = 0; j < now.length; j++) {
        moved += Math.pow(now[j] - before.get(i)[j], 2);
      }
    }
    double norm = result.gradientNorm().item();
    assertTrue(norm > 0.01, "norm " + norm);
    assertEquals(1e-3 * norm / (norm + 1e-6), Math.sqrt(moved), 1e-12);
  }

  @Test
  void accumulatedStepsEqualThoseOnLargeBatches() {
    Sequential large = model(0);
    Sequential small = model(0);
    TrainStep<Sample> whole =
        TrainStep.of(squares(large), Adam.of(large.parameters(), 0.05), Reference.key(1))
            .withClipNorm(0.1);
    TrainStep<Sample> parts =
        TrainStep.of(squares(small), Adam.of(small.parameters(), 0.05), Reference.key(1))
            .withClipNorm(0.1)
            .withAccumulation();
    for (int step = 0; step < 3; step++) {
      Sample all = sample(step, 6);
      List<Sample> thirds = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        thirds.add(
            new Sample(
                all.x.slice(0, 2 * i, 2 * i + 2).realise(),
                all.y.slice(0, 2 * i, 2 * i + 2).realise()));
      }
      StepResult expected = whole.run(step, all);
      StepResult actual = parts.run(step, thirds);
      assertEquals(expected.loss().item(), actual.loss().item(), 1e-13);
      assertEquals(expected.gradientNorm().item(), actual.gradientNorm().item(), 1e-13);
      assertSame(values(large.parameters()), values(small.parameters()), 1e-12);
    }
    assertThrows(IllegalStateException.class, () -> whole.run(0, List.of(sample(1, 2))));
  }

  @Test
  void averagesAreMovedAndUsedForEvaluation() {
    Sequential model = model(0);
    Ema ema = new Ema(model.parameters(), 0.9);
    TrainStep<Sample> step =
        TrainStep.of(squares(model), Sgd.of(model.parameters(), 0.5), Reference.key(1));
    Sample sample = sample(1, 4);
    double before = step.evaluate(List.of(sample));
    TrainStep<Sample> averaged = step.withEma(ema);
    averaged.run(0, sample);
    double current = step.evaluate(List.of(sample));
    double smooth = averaged.evaluate(List.of(sample));
    assertTrue(current < smooth && smooth < before, before + " " + smooth + " " + current);
  }

  @Test
  void stepsRepeatBitForBitAndDifferInTheirDropout() {
    List<List<double[]>> runs = new ArrayList<>();
    List<List<Double>> losses = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      Sequential model = model(0.5);
      TrainStep<Sample> step =
          TrainStep.of(squares(model), Sgd.of(model.parameters(), 0), Reference.key(1));
      List<Double> seen = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        seen.add(step.run(i, sample(1, 4)).loss().item());
      }
      losses.add(seen);
      runs.add(values(model.parameters()));
    }
    assertEquals(losses.get(0), losses.get(1));
    assertSame(runs.get(0), runs.get(1), 0);
    assertNotEquals(losses.get(0).get(0), losses.get(0).get(1));
  }

  @Test
  void trainingGoesOnFromACheckpointBitForBit(@TempDir Path folder) throws FormatException {
    Path file = folder.resolve("c.safetensors");
    Sequential a = model(0.2);
    TrainStep<Sample> first =
        TrainStep.of(squares(a), Adam.of(a.parameters(), 0.05), Reference.key(1))
            .withEma(new Ema(a.parameters(), 0.9));
    new Trainer<>(first, s -> sample(s, 4), 0).run(5, () -> false);
    StateDict.of(a.states()).and(first.states()).save(file, Map.of());
    new Trainer<>(first, s -> sample(s, 4), 5).run(9, () -> false);

    Sequential b = model(0.2);
    TrainStep<Sample> second =
        TrainStep.of(squares(b), Adam.of(b.parameters(), 0.05), Reference.key(1))
            .withEma(new Ema(b.parameters(), 0.9));
    StateDict.of(b.states()).and(second.states()).load(file);
    new Trainer<>(second, s -> sample(s, 4), 5).run(9, () -> false);
    assertSame(values(a.states()), values(b.states()), 0);
    assertSame(values(first.states()), values(second.states()), 0);
  }

  @Test
  void allStepsShareOnePlan() {
    Init init = Init.of(3).withDevice(Device.CPU);
    Sequential model =
        Sequential.of(
            Linear.of(init.at("a"), 3, 5),
            BatchNorm.of(init.at("norm"), 5),
            new Dropout(0.1),
            Linear.of(init.at("b"), 5, 2));
    List<Group> groups =
        Group.byRank(model.parameters(), Schedule.warmupCosine(0.1, 0.01, 2, 9), 0.1);
    TrainStep<Sample> step =
        TrainStep.of(squares(model), Adam.decoupled(groups), Key.of(1, Device.CPU))
            .withClipNorm(1)
            .withEma(new Ema(model.parameters(), 0.9));
    step.run(0, onProcessor(0));
    long before = misses();
    for (int i = 1; i < 4; i++) {
      step.run(i, onProcessor(i));
    }
    assertEquals(before, misses());
  }

  /// With dropout, whose masks depend on the step's number, batch statistics, a schedule, clipping
  /// and averages.
  private static TrainStep<Sample> everything(Device device) {
    Init init = Init.of(3).withDevice(device);
    Sequential model =
        Sequential.of(
            Linear.of(init.at("a"), 3, 5),
            BatchNorm.of(init.at("norm"), 5),
            new Dropout(0.3),
            Linear.of(init.at("b"), 5, 2));
    List<Group> groups =
        Group.byRank(model.parameters(), Schedule.warmupCosine(0.1, 0.01, 2, 9), 0.1);
    return TrainStep.of(squares(model), Adam.decoupled(groups), Key.of(1, device))
        .withClipNorm(0.5)
        .withEma(new Ema(model.parameters(), 0.9));
  }

  @Test
  void compiledTrainingGivesTheSameBits() {
    TrainStep<Sample> built = everything(Device.CPU);
    TrainStep<Sample> traced = everything(Device.CPU);
    CompiledTraining<Sample> compiled =
        CompiledTraining.of(
            traced, onProcessor(9), s -> List.of(s.x, s.y), t -> new Sample(t.get(0), t.get(1)));
    for (long i = 0; i < 5; i++) {
      StepResult expected = built.run(i, onProcessor(i));
      StepResult actual = compiled.run(i, onProcessor(i));
      assertEquals(expected.loss().item(), actual.loss().item());
      assertEquals(
          java.util.Objects.requireNonNull(expected.gradientNorm()).item(),
          java.util.Objects.requireNonNull(actual.gradientNorm()).item());
      assertEquals(expected.learningRate(), actual.learningRate());
    }
    assertSame(values(built.states()), values(traced.states()), 0);
    assertSame(values(built.parameters()), values(traced.parameters()), 0);
  }

  private static Sample onProcessor(long seed) {
    return new Sample(floats(seed, 4, 3), floats(seed + 50, 4, 2));
  }

  private static Tensor floats(long seed, int... dims) {
    return Tensor.stored(
        DType.F32,
        Reference.random(seed, dims).cast(DType.F32).toFloatArray(),
        Shape.of(dims),
        Device.CPU);
  }

  private static long misses() {
    return switch (Backends.of(Device.CPU)) {
      case PlannedBackend planned -> planned.statistics().misses();
      case Backend other -> throw new AssertionError("no plans in " + other);
    };
  }
}
