package jacquard.kernels.opencl;

import jacquard.kernels.PlannedBackend;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.BackendProvider;
import java.util.ArrayList;
import java.util.List;

/// The devices `opencl:0`, `opencl:1`, ... of this machine.
public final class ClProvider implements BackendProvider {

  /// For `ServiceLoader`; opens nothing.
  public ClProvider() {}

  @Override
  public String kind() {
    return "opencl";
  }

  @Override
  public List<Found> devices() {
    List<Found> found = new ArrayList<>();
    for (ClDevice device : Probe.get().devices()) {
      found.add(new Found(found.size(), device.description()));
    }
    return found;
  }

  @Override
  public String trouble() {
    return Probe.get().trouble();
  }

  @Override
  public String compiler() {
    return Probe.get().devices().isEmpty() ? "none: it is a part of the driver" : "the driver's";
  }

  @Override
  public Backend open(int index) {
    Probe probe = Probe.get();
    List<ClDevice> devices = probe.devices();
    if (devices.isEmpty()) {
      throw new DeviceException(probe.trouble());
    }
    if (index >= devices.size()) {
      throw new DeviceException(
          "opencl: device "
              + index
              + ", expected 0 to "
              + (devices.size() - 1)
              + "; jacquard doctor lists them");
    }
    return new PlannedBackend(new ClTarget(new Device(kind(), index), devices.get(index)));
  }
}
