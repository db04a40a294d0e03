package jacquard.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.util.List;
import org.junit.jupiter.api.Test;

class LargeGraphTest {
  @Test
  void aProductWithMoreRowsThanAnArrayHoldsIsRefusedByItsShape() {
    PlannedBackend backend =
        new PlannedBackend(new CpuTarget(Device.CPU, 1, VectorWidth.preferred()));
    Tensor x = Tensor.ones(DType.F32, 1, 1, 1, 1).expand(60_000, 60_000, 1, 1);
    Backend.Root root = new Backend.Root(x.matmul(x).node(), null);
    assertThrows(ShapeException.class, () -> backend.time(List.of(root)));
  }
}
