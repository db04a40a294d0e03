package jacquard.kernels.csource;

import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import org.jspecify.annotations.Nullable;

/// What is said when a driver's call fails that has no reason to: most often it reports what went
/// wrong in an earlier one, and after that no call succeeds.
public final class LostDevice {
  private LostDevice() {}

  /// {@return the error}
  ///
  /// @param device which
  /// @param what was called for: `a copy to it`
  /// @param words of the driver
  public static DeviceException error(Device device, String what, @Nullable String words) {
    return new DeviceException(
        device
            + ": "
            + what
            + " failed: "
            + words
            + "; this process can't use the device any more: start it anew,"
            + " with -Djacquard.validate=true to find the kernel");
  }
}
