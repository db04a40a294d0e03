package jacquard.examples.recipe;

import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Switches;
import jacquard.tensor.spi.Backends;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a command computes: `--device` and `--threads`, which set the switches of those names.
public final class DeviceOptions {
  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "Where to compute: cpu, opencl, cuda, or reference (slow and obvious); doctor lists what"
              + " is there. Default: cpu.")
  private @Nullable String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the cpu. Default: one for each processor.")
  private @Nullable Integer threads;

  /// Sets the switches and opens the device; to be called before the first tensor is made.
  ///
  /// @throws DeviceException if there is no such device
  public void apply() {
    if (threads != null) {
      System.setProperty(
          "jacquard.threads", Integer.toString(Require.atLeast("--threads", threads, 1)));
    }
    if (device != null) {
      System.setProperty("jacquard.device", Device.parse(device).toString());
    }
    Switches.check(); // a bad value is refused here, whoever set it
    Backends.of(Device.standard());
  }
}
