package jacquard.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.HostBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A task that computes something else than its reference is found.
class ValidationTest {

  private static IllegalStateException wrong(Tensor y, Object input, Object result) {
    Schedule schedule = PlannedBackend.schedule(List.of(new Backend.Root(y.node(), null)));
    assertEquals(1, schedule.tasks().size());
    HostBuffer in = HostBuffer.allocate(y.dtype(), 3);
    System.arraycopy(input, 0, in.array(), in.offset(), 3);
    HostBuffer out = HostBuffer.allocate(y.dtype(), 3);
    Task task = schedule.tasks().getFirst();
    int written = task.writes().getFirst();
    return assertThrows(
        IllegalStateException.class,
        () ->
            Validation.check(
                task,
                v -> v == written ? out : in,
                new long[0],
                v -> true,
                () -> System.arraycopy(result, 0, out.array(), out.offset(), 3)));
  }

  private static Tensor tripled(DType dtype, Object elements) {
    return Tensor.stored(dtype, elements, Shape.of(3), Device.REFERENCE).mul(3);
  }

  @Test
  void namesTheTaskTheElementAndBothValues() {
    float[] x = {1, 2, 4};
    String text = wrong(tripled(DType.F32, x), x, new float[] {3, 6.5f, 12}).getMessage();
    assertTrue(text.startsWith("validate: loop mul"), text);
    assertTrue(text.contains("element 1 of v"), text);
    assertTrue(text.contains("is 6.5, the reference has 6.0"), text);
  }

  @Test
  void findsANaN() {
    float[] x = {1, 2, 4};
    String text = wrong(tripled(DType.F32, x), x, new float[] {3, 6, Float.NaN}).getMessage();
    assertTrue(text.contains("is NaN, the reference has 12.0"), text);
  }

  @Test
  void wholeNumbersMustAgreeToTheLastBit() {
    long[] x = {1, 1L << 60, 5};
    long[] result = {3, (3L << 60) + 1, 15};
    String text = wrong(tripled(DType.I64, x), x, result).getMessage();
    assertTrue(text.contains("is " + result[1] + ", the reference has " + (3L << 60)), text);
  }
}
