package jacquard.kernels.testing;

import jacquard.kernels.Target;
import jacquard.tensor.DType;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;

/// A target whose memory is the host's.
public interface HostTarget extends Target {
  @Override
  default Buffer allocate(DType dtype, int size) {
    return HostBuffer.allocate(dtype, size);
  }

  @Override
  default Buffer place(HostBuffer host) {
    return host;
  }
}
