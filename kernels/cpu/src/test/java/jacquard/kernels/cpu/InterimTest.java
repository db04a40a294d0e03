package jacquard.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Timing;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterimTest {
  private final PlannedBackend backend =
      new PlannedBackend(new CpuTarget(Device.CPU, 1, VectorWidth.preferred()));

  private Timing time(Tensor result) {
    Timing timing = backend.time(List.of(new Backend.Root(result.node(), null)));
    assertNotNull(timing);
    return timing;
  }

  @Test
  void aLoopIsInterimUntilItsVectorCodeIsCompiled() throws InterruptedException {
    Tensor x = Tensor.ones(1 << 20).realise();
    Tensor y = x.mul(3).add(0.5).tanh().mul(x).sub(2).square();
    Timing cold = time(y);
    assertTrue(cold.isInterim(0) && cold.hasInterim(), "scalar code stands in");
    assertTrue(backend.awaitWarm(Duration.ofMinutes(2)));
    Timing warm = time(y);
    assertFalse(warm.isInterim(0) || warm.hasInterim());
    assertTrue(
        warm.totalNanos() == warm.nanos(0) && warm.size() == 1 && warm.nanos(0) > 0, "one task");
  }

  @Test
  void smallLoopsStayScalarCode() {
    assertFalse(time(Tensor.ones(100).realise().add(1)).hasInterim());
  }

  @Test
  void productsAreNotInterimOnceTheirKernelsAreCompiled() throws InterruptedException {
    Tensor x = Tensor.ones(96, 96).realise();
    Tensor y = x.matmul(x);
    // what it asks for may depend on what is compiled
    for (int i = 0; i < 5 && time(y).hasInterim(); i++) {
      assertTrue(backend.awaitWarm(Duration.ofMinutes(2)));
    }
    assertFalse(time(y).hasInterim());
  }
}
