package jacquard.tensor.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceBackendTest {
  private final Backend backend = Backends.of(Device.REFERENCE);

  @Test
  void serviceLoaderFindsTheDevice() {
    assertTrue(Backends.names().contains("reference"));
    assertEquals(Device.REFERENCE, backend.device());
    assertSame(backend, Backends.of(Device.REFERENCE));
  }

  @Test
  void thereIsOneDeviceOnly() {
    DeviceException e =
        assertThrows(DeviceException.class, () -> Backends.of(new Device("reference", 1)));
    assertEquals("reference: no device 1, expected reference or reference:0", e.getMessage());
  }

  @Test
  void missingBackEndNamesThoseThatAreThere() {
    DeviceException e =
        assertThrows(DeviceException.class, () -> Backends.of(new Device("abacus", 0)));
    assertTrue(
        e.getMessage().startsWith("device: no back end 'abacus' on the class path, found ["));
    assertTrue(e.getMessage().contains("reference"), e.getMessage());
  }

  @Test
  void rootsMaySwapTheirSources() {
    HostBuffer a = new HostBuffer(DType.F32, new float[] {1, 2}, 0, 2);
    HostBuffer b = new HostBuffer(DType.F32, new float[] {3, 4}, 0, 2);
    backend.run(List.of(new Backend.Root(input(a), b), new Backend.Root(input(b), a)));
    assertArrayEquals(new float[] {3, 4}, (float[]) a.array());
    assertArrayEquals(new float[] {1, 2}, (float[]) b.array());
  }

  @Test
  void valueOfAnInputIsCopied() {
    HostBuffer a = new HostBuffer(DType.I64, new long[] {5, -6}, 0, 2);
    Buffer copy = backend.run(List.of(new Backend.Root(input(a), null))).get(0);
    assertNotSame(a, copy);
    long[] elements = new long[2];
    copy.read(0, elements, 0, 2);
    assertArrayEquals(new long[] {5, -6}, elements);
  }

  @Test
  void partOfAnArrayIsReadAndWritten() {
    float[] array = {0, 1, 2, 3, 4, 5};
    HostBuffer middle = new HostBuffer(DType.F32, array, 2, 3);
    Node negated = new Tensor(input(middle)).neg().node();
    backend.run(List.of(new Backend.Root(negated, middle)));
    assertArrayEquals(new float[] {0, 1, -2, -3, -4, 5}, array);
  }

  @Test
  void rootAskedForTwiceHasTwoBuffers() {
    Node one = Node.leaf(Op.Constant.of(DType.F64, 1.5), Device.REFERENCE);
    List<Buffer> buffers =
        backend.run(List.of(new Backend.Root(one, null), new Backend.Root(one, null)));
    assertNotSame(buffers.get(0), buffers.get(1));
    for (Buffer buffer : buffers) {
      double[] element = new double[1];
      buffer.read(0, element, 0, 1);
      assertEquals(1.5, element[0]);
    }
  }

  private static Node input(HostBuffer buffer) {
    return Node.input(
        new Source.Stored(buffer), buffer.dtype(), Shape.of(buffer.size()), Device.REFERENCE);
  }
}
