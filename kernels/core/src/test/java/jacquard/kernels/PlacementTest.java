package jacquard.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import jacquard.kernels.testing.InterpretedTarget;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final PlannedBackend BACKEND =
      new PlannedBackend(new InterpretedTarget(Device.REFERENCE));

  private static Tensor data(int... dims) {
    Shape shape = Shape.of(dims);
    return Tensor.stored(DType.F32, new float[shape.arraySize()], shape, Device.REFERENCE);
  }

  /// The schedule of `y matmul z`, whose first product has a loop on its rows that gives `y`.
  private static Schedule schedule(Tensor y) {
    return BACKEND.scheduleHere(List.of(new Backend.Root(y.matmul(data(8, 8)).node(), null)));
  }

  private static Task.Dot dot(Schedule schedule) {
    return schedule.tasks().stream()
        .filter(Task.Dot.class::isInstance)
        .map(Task.Dot.class::cast)
        .filter(d -> d.epilogue() != null)
        .findFirst()
        .orElseThrow();
  }

  private static int offset(Schedule schedule, int value) {
    return ((Schedule.Value.Arena) schedule.values().get(value)).offset();
  }

  @Test
  void aMapOnRowsOverwritesWhatItReadsLast() {
    Tensor w = data(8, 8).matmul(data(8, 8));
    Schedule schedule = schedule(data(8, 8).matmul(data(8, 8)).add(w));
    Task.Dot dot = dot(schedule);
    int read = dot.epilogue().reads().stream().filter(v -> v != dot.c()).findFirst().orElseThrow();
    assertEquals(offset(schedule, read), offset(schedule, dot.epilogue().writes().getFirst()));
  }

  @Test
  void aMapOnRowsLeavesWhatTheProductReads() {
    Tensor w = data(8, 8).matmul(data(8, 8));
    Schedule schedule = schedule(data(8, 8).matmul(w).add(w));
    Task.Dot dot = dot(schedule);
    int y = offset(schedule, dot.epilogue().writes().getFirst());
    assertNotEquals(offset(schedule, dot.b()), y);
    assertNotEquals(offset(schedule, dot.c()), y);
  }
}
