package jacquard.kernels.cpu.testing;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.cpu.CpuTarget;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.Device;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.BackendProvider;
import java.util.List;

/// The processor with a forced vector width and number of threads, as devices `cpu128`, `cpu256`
/// and `cpu512`; device `:N` has `N + 1` threads.
public abstract class WidthProviders implements BackendProvider {
  private final VectorWidth width;

  WidthProviders(VectorWidth width) {
    this.width = width;
  }

  /// The device of a width with so many threads.
  public static Device device(VectorWidth width, int threads) {
    return new Device("cpu" + width.bits(), threads - 1);
  }

  @Override
  public String kind() {
    return "cpu" + width.bits();
  }

  @Override
  public List<Found> devices() {
    return List.of(new Found(0, kind()));
  }

  @Override
  public String trouble() {
    return "";
  }

  @Override
  public Backend open(int index) {
    return new PlannedBackend(new CpuTarget(device(width, index + 1), index + 1, width));
  }

  public static final class Bits128 extends WidthProviders {
    public Bits128() {
      super(VectorWidth.BITS_128);
    }
  }

  public static final class Bits256 extends WidthProviders {
    public Bits256() {
      super(VectorWidth.BITS_256);
    }
  }

  public static final class Bits512 extends WidthProviders {
    public Bits512() {
      super(VectorWidth.BITS_512);
    }
  }
}
