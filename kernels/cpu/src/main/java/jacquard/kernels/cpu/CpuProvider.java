package jacquard.kernels.cpu;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Switches;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.BackendProvider;
import java.util.List;

/// The processor as a device: always there, once.
public final class CpuProvider implements BackendProvider {

  /// For `ServiceLoader`; opens nothing.
  public CpuProvider() {}

  @Override
  public String kind() {
    return "cpu";
  }

  @Override
  public List<Found> devices() {
    return List.of(
        new Found(
            0,
            System.getProperty("os.arch")
                + ", "
                + VectorWidth.preferred().bits()
                + "-bit vectors, "
                + Switches.threads()
                + " of "
                + Runtime.getRuntime().availableProcessors()
                + " threads"));
  }

  @Override
  public String trouble() {
    return "";
  }

  @Override
  public Backend open(int index) {
    if (index != 0) {
      throw new DeviceException("cpu: device " + index + ", expected 0: there is one");
    }
    return new PlannedBackend(new CpuTarget());
  }
}
