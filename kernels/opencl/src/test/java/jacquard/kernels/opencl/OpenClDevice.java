package jacquard.kernels.opencl;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import jacquard.tensor.Device;

/// The device that tests run on; without one they are skipped, and say why.
final class OpenClDevice {
  static final Device DEVICE = new Device("opencl", 0);

  private OpenClDevice() {}

  static Device required() {
    ClProvider provider = new ClProvider();
    if (provider.devices().isEmpty()) {
      System.err.println("SKIPPED: no OpenCL device: " + provider.trouble());
    }
    assumeFalse(provider.devices().isEmpty(), provider.trouble());
    return DEVICE;
  }
}
