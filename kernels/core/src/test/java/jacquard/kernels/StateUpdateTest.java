package jacquard.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.kernels.testing.InterpretedProvider;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Scalar;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.StateException;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateUpdateTest {
  private static final Device DEVICE = InterpretedProvider.DEVICE;

  private static State state(String name, float... values) {
    return new State(name, Tensor.stored(DType.F32, values, Shape.of(values.length), DEVICE));
  }

  private static float[] value(State state) {
    return state.value().toFloatArray();
  }

  private static Schedule schedule(Update update) {
    return PlannedBackend.schedule(
        List.of(new Backend.Root(update.value().node(), update.state().buffer())));
  }

  @Test
  void statesCanBeSwapped() {
    State a = state("a", 1, 2, 3);
    State b = state("b", 4, 5, 6);
    Step.run(List.of(), List.of(new Update(a, b.value()), new Update(b, a.value())));
    assertArrayEquals(new float[] {4, 5, 6}, value(a));
    assertArrayEquals(new float[] {1, 2, 3}, value(b));
  }

  @Test
  void elementwiseUpdateIsOneTaskWithoutArena() {
    State a = state("a", 1, 2, 3);
    Update update = new Update(a, a.value().mul(2).add(1));
    Schedule schedule = schedule(update);
    assertEquals(1, schedule.size());
    assertEquals(0, schedule.arena().bytes());
    Step.run(List.of(), List.of(update));
    assertArrayEquals(new float[] {3, 5, 7}, value(a));
  }

  @Test
  void readerOfTheOldValueRunsFirst() {
    State a = state("a", 1, 2, 3);
    Tensor sumOfOld = a.value().sum();
    Step.run(List.of(sumOfOld), List.of(new Update(a, a.value().add(10))));
    assertEquals(6, sumOfOld.item());
    assertArrayEquals(new float[] {11, 12, 13}, value(a));
  }

  @Test
  void updateThatMovesElementsReadsOldOnes() {
    State a = state("a", 1, 2, 3);
    Step.run(List.of(), List.of(new Update(a, a.value().flip(0).add(a.value()))));
    assertArrayEquals(new float[] {4, 4, 4}, value(a));
  }

  @Test
  void updateThatNeedsItsOwnReductionReadsOldOnes() {
    State a = state("a", 1, 2, 3);
    Step.run(List.of(), List.of(new Update(a, a.value().div(a.value().sum(0)))));
    assertArrayEquals(new float[] {1 / 6f, 2 / 6f, 3 / 6f}, value(a), 1e-6f);
  }

  @Test
  void outputsMayReadOldAndNewValues() {
    State a = state("a", 1, 2, 3);
    Update update = new Update(a, a.value().mul(2));
    Tensor before = a.value().mul(a.value()).sum();
    Tensor after = update.value().mul(update.value()).sum();
    Step.run(List.of(before, after), List.of(update));
    assertEquals(14, before.item());
    assertEquals(56, after.item());
    assertArrayEquals(new float[] {2, 4, 6}, value(a));
  }

  @Test
  void cacheIsWrittenInPlace() {
    State cache = state("cache", 0, 0, 0, 0);
    Tensor part = Tensor.stored(DType.F32, new float[] {7}, Shape.of(1), DEVICE);
    Tensor at = Scalar.of(DType.I32, 2, DEVICE).reshape(1);
    Update update = new Update(cache, cache.value().dynamicUpdate(part, at));
    Step.run(List.of(), List.of(update));
    assertArrayEquals(new float[] {0, 0, 7, 0}, value(cache));
  }

  @Test
  void graphOnAnOverwrittenVersionIsRefused() {
    State a = state("a", 1, 2, 3);
    Tensor stale = a.value().mul(2);
    Step.run(List.of(), List.of(new Update(a, a.value().add(1))));
    StateException e = assertThrows(StateException.class, stale::toFloatArray);
    assertEquals(
        "state: 'a' is read in version 0 but holds version 1; evaluate before the update, or build the graph again",
        e.getMessage());
  }

  @Test
  void stepsWithNewScalarsAndBuffersHitThePlan() {
    PlannedBackend backend = (PlannedBackend) Backends.of(DEVICE);
    State a = state("a", 1, 2, 3);
    for (int step = 0; step < 5; step++) {
      long misses = backend.statistics().misses();
      Tensor x = Tensor.stored(DType.F32, new float[] {step, 1, 2}, Shape.of(3), DEVICE);
      Tensor rate = Scalar.of(DType.F32, 0.1 * step, DEVICE);
      Tensor loss = a.value().mul(x).sum();
      Step.run(List.of(loss), List.of(new Update(a, a.value().sub(x.mul(rate)))));
      loss.item();
      assertEquals(step == 0 ? misses + 1 : misses, backend.statistics().misses());
    }
  }
}
