package jacquard.kernels.cuda;

import jacquard.kernels.PlannedBackend;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.BackendProvider;
import java.util.ArrayList;
import java.util.List;

/// The devices `cuda:0`, `cuda:1`, ... of this machine.
public final class CudaProvider implements BackendProvider {

  /// For `ServiceLoader`; opens nothing.
  public CudaProvider() {}

  @Override
  public String kind() {
    return "cuda";
  }

  @Override
  public List<Found> devices() {
    List<Found> found = new ArrayList<>();
    for (CudaDevice device : Probe.get().devices()) {
      found.add(new Found(device.index(), device.description()));
    }
    return found;
  }

  @Override
  public String trouble() {
    return Probe.get().trouble();
  }

  @Override
  public String compiler() {
    List<CudaDevice> devices = Probe.get().devices();
    int driver = devices.isEmpty() ? Integer.MAX_VALUE : devices.getFirst().driver();
    try {
      return CudaCompiler.find(driver).name();
    } catch (DeviceException e) {
      return "none: " + e.getMessage();
    }
  }

  @Override
  public Backend open(int index) {
    Probe probe = Probe.get();
    List<CudaDevice> devices = probe.devices();
    if (devices.isEmpty()) {
      throw new DeviceException(probe.trouble());
    }
    if (index >= devices.size()) {
      throw new DeviceException(
          "cuda: device "
              + index
              + ", expected 0 to "
              + (devices.size() - 1)
              + "; jacquard doctor lists them");
    }
    CudaDevice device = devices.get(index);
    CudaCompiler compiler = CudaCompiler.find(device.driver());
    return new PlannedBackend(new CudaTarget(new Device(kind(), index), device, compiler));
  }
}
