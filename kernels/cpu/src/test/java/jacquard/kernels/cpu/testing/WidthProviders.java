package jacquard.kernels.cpu.testing;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.cpu.CpuTarget;
import jacquard.kernels.cpu.emit.Tiers;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.Device;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.BackendProvider;
import java.util.List;

/// The processor with a forced vector width and number of threads, as devices `cpu128`, `cpu256`
/// and `cpu512`, whose loops are vector code from the first run on, and `cpuScalar`, whose loops
/// stay scalar code; device `:N` has `N + 1` threads.
public abstract class WidthProviders implements BackendProvider {
  /// Loops as scalar code.
  public static final Device SCALAR = new Device("cpuScalar", 0);

  private final VectorWidth width;
  private final Tiers tiers;

  WidthProviders(VectorWidth width, Tiers tiers) {
    this.width = width;
    this.tiers = tiers;
  }

  /// The device of a width with so many threads.
  public static Device device(VectorWidth width, int threads) {
    return new Device("cpu" + width.bits(), threads - 1);
  }

  @Override
  public String kind() {
    return tiers == Tiers.SCALAR ? SCALAR.kind() : "cpu" + width.bits();
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
    return new PlannedBackend(new CpuTarget(new Device(kind(), index), index + 1, width, tiers));
  }

  public static final class Bits128 extends WidthProviders {
    public Bits128() {
      super(VectorWidth.BITS_128, Tiers.VECTOR);
    }
  }

  public static final class Bits256 extends WidthProviders {
    public Bits256() {
      super(VectorWidth.BITS_256, Tiers.VECTOR);
    }
  }

  public static final class Bits512 extends WidthProviders {
    public Bits512() {
      super(VectorWidth.BITS_512, Tiers.VECTOR);
    }
  }

  public static final class Scalar extends WidthProviders {
    public Scalar() {
      super(VectorWidth.BITS_256, Tiers.SCALAR);
    }
  }
}
