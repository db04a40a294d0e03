package jacquard.kernels.testing;

import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.time.Duration;

/// A target that does what another does, but for what it overrides.
public interface TargetLike extends Target {
  /// {@return the other}
  Target other();

  @Override
  default Device device() {
    return other().device();
  }

  @Override
  default Buffer allocate(DType dtype, int size) {
    return other().allocate(dtype, size);
  }

  @Override
  default Buffer place(HostBuffer host) {
    return other().place(host);
  }

  @Override
  default boolean hasKernel(Node fused) {
    return other().hasKernel(fused);
  }

  @Override
  default long rematerialiseAbove() {
    return other().rematerialiseAbove();
  }

  @Override
  default Program prepare(Schedule schedule) {
    return other().prepare(schedule);
  }

  @Override
  default boolean awaitWarm(Duration limit) throws InterruptedException {
    return other().awaitWarm(limit);
  }
}
