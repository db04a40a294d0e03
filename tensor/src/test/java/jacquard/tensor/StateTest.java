package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.testing.OnReference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

/// Evaluation: states and their versions, steps, dynamic scalars, realising.
@ExtendWith(OnReference.class)
class StateTest {
  private static State state(float... elements) {
    return new State("w", Tensor.of(elements, elements.length));
  }

  @Test
  void startsWithTheInitialValue() {
    State w = new State("w", Tensor.arange(3).cast(DType.F32).mul(2));
    assertArrayEquals(new float[] {0, 2, 4}, w.value().toFloatArray());
    assertEquals("w f32[3]@reference", w.toString());
    assertEquals(0, w.version());
  }

  @Test
  void valueIsOneTensorUntilTheNextUpdate() {
    State w = state(1, 2);
    Tensor before = w.value();
    assertSame(before, w.value());
    Step.run(List.of(), List.of(new Update(w, before.add(1))));
    assertNotSame(before, w.value());
    assertEquals(1, w.version());
    assertArrayEquals(new float[] {2, 3}, w.value().toFloatArray());
  }

  @Test
  void allReadsOfAStepSeeTheOldValues() {
    State a = state(1, 2);
    State b = new State("b", Tensor.of(new float[] {10, 20}, 2));
    Tensor sum = a.value().add(b.value());
    Step.run(List.of(sum), List.of(new Update(a, b.value()), new Update(b, a.value().mul(3))));
    assertArrayEquals(new float[] {11, 22}, sum.toFloatArray());
    assertArrayEquals(new float[] {10, 20}, a.value().toFloatArray());
    assertArrayEquals(new float[] {3, 6}, b.value().toFloatArray());
  }

  @Test
  void aStepWritesItsOwnReversal() {
    State w = state(1, 2, 3);
    Step.run(List.of(), List.of(new Update(w, w.value().flip(0))));
    assertArrayEquals(new float[] {3, 2, 1}, w.value().toFloatArray());
  }

  @Test
  void graphsOnAnOldVersionSaySo() {
    State w = state(1);
    Tensor stale = w.value().mul(2);
    w.load(new float[] {5});
    assertError(
        StateException.class,
        "state: 'w' is read in version 0 but holds version 1; evaluate before the update, or build"
            + " the graph again",
        stale::toFloatArray);
    assertArrayEquals(new float[] {10}, w.value().mul(2).toFloatArray());
  }

  @Test
  void updatesMustFitTheirState() {
    State w = state(1, 2);
    assertError(
        ShapeException.class,
        "update: state 'w' has shape [2], new value [1]",
        () -> new Update(w, Tensor.zeros(1)));
    assertError(
        DTypeException.class,
        "update: state 'w' is f32, new value f64; cast it",
        () -> new Update(w, Tensor.zeros(DType.F64, 2)));
    assertError(
        DeviceException.class,
        "update: state 'w' is on reference, new value on cpu",
        () -> new Update(w, Tensor.full(DType.F32, 0, Shape.of(2), Device.CPU)));
    assertError(
        ShapeException.class,
        "load: state 'w' [2] from an array of 3, expected 2 elements",
        () -> w.load(new float[3]));
    assertError(
        StateException.class,
        "step: state 'w' is updated twice; combine the updates",
        () ->
            Step.run(
                List.of(), List.of(new Update(w, Tensor.zeros(2)), new Update(w, Tensor.ones(2)))));
    assertArrayEquals(new float[] {1, 2}, w.value().toFloatArray());
  }

  @Test
  void aStepHasOneDevice() {
    assertError(
        DeviceException.class,
        "step: tensors on reference and cpu, expected one device",
        () -> Step.realise(Tensor.zeros(2), Tensor.full(DType.F32, 0, Shape.of(2), Device.CPU)));
  }

  @Test
  void realisingLetsTheGraphGo() {
    Tensor x = Tensor.ones(2).exp().add(1);
    assertSame(x, x.realise());
    assertInstanceOf(Op.Input.class, x.node().op());
    assertInstanceOf(Source.Stored.class, x.node().input());
    assertTrue(x.node().sources().isEmpty());
    double expected = Math.E + 1;
    assertEquals(expected, x.select(0, 1).item(), 1e-6);
  }

  @Test
  void realisingTwiceOrTogetherEvaluatesOnce() {
    Tensor x = Tensor.ones(2).exp();
    Step.realise(x, x, x.mul(2));
    Source first = x.node().input();
    x.realise();
    assertSame(first, x.node().input());
  }

  @Test
  void dynamicScalarsAreSlotsOfEveryDType() {
    for (DType dtype : DType.values()) {
      Tensor one = Scalar.of(dtype, 1);
      // a scalar of f16 is one of f32 that is cast
      assertInstanceOf(
          Source.Dynamic.class, (dtype.isHalf() ? one.node().source(0) : one.node()).input());
      assertEquals(dtype + "[]@reference", one.toString());
      assertEquals(1, one.item());
      assertEquals(1, one.expand(2).cast(DType.I32).toIntArray()[1]);
    }
    assertEquals(0.1f, Scalar.f32(0.1).item());
    assertEquals(-3, Scalar.i32(-3).item());
    assertEquals(1L << 60, Scalar.i64(1L << 60).toLongArray()[0]);
    assertEquals(new Source.Dynamic(7), Scalar.i64(7).node().input());
  }

  static <E extends Exception> void assertError(Class<E> type, String message, Executable call) {
    assertEquals(message, assertThrows(type, call).getMessage());
  }
}
