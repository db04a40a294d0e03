package jacquard.tensor.spi;

import java.util.List;

/// Finds and opens the devices of one kind. Registered in `META-INF/services` and, for the module
/// path, with `provides`.
public interface BackendProvider {

  /// What the probe found.
  ///
  /// @param index number of the device within the kind
  /// @param description one line for people: model, limits
  record Found(int index, String description) {}

  /// {@return name of the kind: `cpu`, `opencl`}
  String kind();

  /// {@return devices that can be opened}
  List<Found> devices();

  /// {@return why there are none, or fewer than one might expect, and what to do; empty if there is
  /// nothing to say}
  String trouble();

  /// {@return what turns texts of kernels into code on this machine, or why nothing does, also
  /// where there is no device; empty if this kind of device has no need of it}
  default String compiler() {
    return "";
  }

  /// Opens a device.
  ///
  /// @param index which of the devices, from 0
  /// @return the back end of that device
  /// @throws jacquard.tensor.DeviceException if it can't be opened, with the reason
  Backend open(int index);
}
