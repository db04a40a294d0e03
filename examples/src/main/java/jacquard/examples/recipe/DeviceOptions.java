package jacquard.examples.recipe;

import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Switches;
import jacquard.tensor.spi.Backends;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a command computes, and how: `--device`, `--threads` and `--tune`, which set the switches
/// of those names.
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

  @Option(
      names = "--tune",
      description =
          "Measure on the way how to cut matrix products on this cpu, and keep it for later runs"
              + " with this option; no bit of a result changes.")
  private boolean tune;

  /// Picocli fills in the options.
  public DeviceOptions() {}

  /// Sets the switches and opens the device; to be called before the first tensor is made.
  ///
  /// @throws DeviceException if there is no such device
  public void apply() {
    if (threads != null) {
      System.setProperty(
          "jacquard.threads", Integer.toString(Require.atLeast("--threads", threads, 1)));
    }
    if (tune) {
      System.setProperty("jacquard.tune", "true");
    }
    if (device != null) {
      System.setProperty("jacquard.device", Device.parse(device).toString());
    }
    Switches.check(); // a bad value is refused here, whoever set it
    Backends.of(Device.standard());
  }
}
