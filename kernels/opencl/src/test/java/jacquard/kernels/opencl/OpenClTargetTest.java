package jacquard.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.IndexException;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenClTargetTest {
  private Device device = Device.CPU;

  @BeforeEach
  void needsADevice() {
    device = OpenClDevice.required();
  }

  private static ClTarget target() {
    return new ClTarget(new Device("opencl", 9), Probe.get().devices().get(0));
  }

  @Test
  void randomBitsAreThoseOfTheReference() {
    Shape shape = Shape.of(3, 1001);
    int[] bits = Key.of(7, device).bits(shape, 3).toIntArray();
    assertArrayEquals(Key.of(7, Device.REFERENCE).bits(shape, 3).toIntArray(), bits);
  }

  @Test
  void limitsAreThoseOfAGpu() {
    for (ClDevice found : Probe.get().devices()) {
      assertTrue(found.localBytes() <= 48 << 10, found.description());
      assertTrue(found.groupSize() <= 1024, found.description());
    }
  }

  @Test
  void anIndexOutsideIsNamedWhenAValueIsRead() {
    Tensor x = Tensor.stored(DType.F32, new float[] {1, 2, 3, 4}, Shape.of(2, 2), device);
    Tensor index = Tensor.stored(DType.I32, new int[] {0, 5}, Shape.of(2), device);
    IndexException e = assertThrows(IndexException.class, () -> x.gather(index).toFloatArray());
    assertEquals(
        "gather: index 5 at position 1 of the index tensor, expected 0 to 1", e.getMessage());
    Tensor sound = x.gather(Tensor.stored(DType.I32, new int[] {1, 0}, Shape.of(2), device));
    assertArrayEquals(new float[] {3, 4, 1, 2}, sound.toFloatArray());
  }

  @Test
  void aBufferThatIsTooLargeIsRefusedWithTheNumbersAndTheDeviceGoesOn() {
    ClTarget target = target();
    long elements = Math.min(Integer.MAX_VALUE, target.limits.largestBytes() / 8 + 1024);
    if (elements * 8 > target.limits.largestBytes()) {
      DeviceException e =
          assertThrows(DeviceException.class, () -> target.allocate(DType.F64, (int) elements));
      assertTrue(e.getMessage().startsWith("opencl:9: out of memory: needed "), e.getMessage());
      assertTrue(e.getMessage().contains("expected at most"), e.getMessage());
    }
    assertEquals(4, target.allocate(DType.F32, 4).size());
  }

  @Test
  void aKernelThatCannotBeCompiledKeepsItsTextAndSaysWhy() {
    ClTarget target = target();
    DeviceException e =
        assertThrows(
            DeviceException.class,
            () ->
                target.kernels.programs(
                    Map.of("broken", "__kernel void broken() { undeclared(); }")));
    assertTrue(e.getMessage().contains("its source is in"), e.getMessage());
    assertTrue(e.getMessage().contains("undeclared"), e.getMessage());
  }

  @Test
  void aDeviceThatIsNotThereIsAnError() {
    int count = new ClProvider().devices().size();
    DeviceException e = assertThrows(DeviceException.class, () -> new ClProvider().open(count));
    assertTrue(
        e.getMessage().startsWith("opencl: device " + count + ", expected 0 to"), e.getMessage());
  }

  @Test
  void buffersAreGivenBack() throws InterruptedException {
    ClTarget target = target();
    long before = target.memory.used();
    for (int i = 0; i < 50; i++) {
      target.allocate(DType.F32, 1 << 18);
    }
    for (int i = 0; i < 100 && target.memory.used() > before; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertEquals(before, target.memory.used());
  }
}
