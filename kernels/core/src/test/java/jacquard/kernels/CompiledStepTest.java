package jacquard.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.kernels.testing.InterpretedProvider;
import jacquard.tensor.CompiledStep;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Scalar;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.StateException;
import jacquard.tensor.Tensor;
import jacquard.tensor.TensorException;
import jacquard.tensor.Update;
import jacquard.tensor.spi.Backends;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// On the planning back end and on the reference, which replays the graph.
class CompiledStepTest {
  static Stream<Device> devices() {
    return Stream.of(InterpretedProvider.DEVICE, Device.REFERENCE);
  }

  private static Tensor floats(Device device, float... values) {
    return Tensor.stored(DType.F32, values, Shape.of(values.length), device);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void runsSeeTheirArgumentsAndThePresentStates(Device device) {
    State sum = new State("sum", floats(device, 0, 0));
    CompiledStep step =
        CompiledStep.of(
            a -> {
              Tensor next = sum.value().add(a.get(0).mul(a.get(1)));
              return new Work(List.of(next.sum(), sum.value()), List.of(new Update(sum, next)));
            },
            floats(device, 9, 9),
            floats(device, 9));
    List<Tensor> first = step.run(floats(device, 1, 2), floats(device, 10));
    List<Tensor> second = step.run(floats(device, 3, 4), floats(device, 100).add(1));
    assertEquals(30, first.get(0).item());
    assertArrayEquals(new float[] {0, 0}, first.get(1).toFloatArray());
    assertEquals(30 + 707, second.get(0).item());
    assertArrayEquals(new float[] {10, 20}, second.get(1).toFloatArray());
    assertArrayEquals(new float[] {313, 424}, sum.value().toFloatArray());
    sum.load(new float[] {1, 1});
    assertEquals(4, step.run(floats(device, 1, 1), floats(device, 1)).get(0).item());
    assertEquals(4, sum.version());
  }

  @ParameterizedTest
  @MethodSource("devices")
  void suppliedScalarsAndKeysAreAskedForAtEachRun(Device device) {
    int[] now = {0};
    Key root = Key.of(5, device);
    CompiledStep step =
        CompiledStep.of(a -> {
          Tensor rate = Scalar.of(DType.F32, () -> 0.5 * now[0], device);
          Tensor drawn = root.fold(() -> now[0]).fold(7).bits(Shape.of(3), 0);
          return new Work(List.of(rate.mul(2), drawn), List.of());
        });
    for (int k = 0; k < 3; k++) {
      now[0] = k;
      List<Tensor> outputs = step.run();
      assertEquals(k, outputs.get(0).item());
      assertArrayEquals(
          root.fold(k).fold(7).bits(Shape.of(3), 0).toIntArray(), outputs.get(1).toIntArray());
    }
  }

  @Test
  void agreesWithStepsThatAreBuiltEachTime() {
    Device device = InterpretedProvider.DEVICE;
    List<float[]> built = new ArrayList<>();
    State w = new State("w", floats(device, 1, -2, 3));
    for (int k = 0; k < 4; k++) {
      Work work = work(w, floats(device, k, 1, 2));
      jacquard.tensor.Step.run(work.outputs(), work.updates());
      built.add(w.value().toFloatArray());
    }
    State v = new State("w", floats(device, 1, -2, 3));
    CompiledStep step = CompiledStep.of(a -> work(v, a.get(0)), floats(device, 0, 0, 0));
    PlannedBackend backend = (PlannedBackend) Backends.of(device);
    long misses = backend.statistics().misses();
    for (int k = 0; k < 4; k++) {
      step.run(floats(device, k, 1, 2));
      assertArrayEquals(built.get(k), v.value().toFloatArray());
    }
    assertEquals(misses, backend.statistics().misses());
  }

  private static Work work(State w, Tensor x) {
    Tensor y = w.value().mul(x).tanh();
    return new Work(List.of(y.sum()), List.of(new Update(w, w.value().sub(y.mul(0.1)))));
  }

  @ParameterizedTest
  @MethodSource("devices")
  void argumentsThatDoNotFitAreRefused(Device device) {
    State w = new State("w", floats(device, 1, 2));
    CompiledStep step =
        CompiledStep.of(
            a -> new Work(List.of(a.get(0).add(w.value())), List.of()), floats(device, 0, 0));
    assertEquals(
        "compiled step: argument 0 is f32[3]@"
            + device
            + ", expected f32[2]@"
            + device
            + "; compile another step for it",
        assertThrows(TensorException.class, () -> step.run(floats(device, 1, 2, 3))).getMessage());
    assertThrows(TensorException.class, () -> step.run(floats(device, 1, 2).cast(DType.F64)));
    assertEquals(
        "compiled step: 0 arguments, expected 1",
        assertThrows(TensorException.class, step::run).getMessage());
    assertEquals(
        "compiled step: argument 0 is the value of a state or a dynamic scalar, expected data; read"
            + " it in the body",
        assertThrows(TensorException.class, () -> step.run(w.value())).getMessage());
    assertArrayEquals(
        new float[] {2, 4}, step.run(floats(device, 1, 2)).get(0).toFloatArray(), "still runs");
  }

  @ParameterizedTest
  @MethodSource("devices")
  void bodyMustNotEvaluateArguments(Device device) {
    assertEquals(
        "compiled step: argument 0 has no value while the step is traced; return what you want to"
            + " see as an output",
        assertThrows(
                StateException.class,
                () ->
                    CompiledStep.of(
                        a -> new Work(List.of(a.get(0).mul(a.get(0).add(1).item())), List.of()),
                        floats(device, 1)))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> CompiledStep.of(a -> new Work(List.of(), List.of()), floats(device, 1)));
  }
}
