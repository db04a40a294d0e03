package jacquard.kernels.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/// A device and what matters of it.
///
/// @param index its number
/// @param driver version of CUDA that the driver serves: 12060 is 12.6
/// @param capability compute capability: 90 is 9.0
/// @param processors number of multiprocessors
record CudaDevice(
    int index, String name, int driver, int capability, int processors, long memoryBytes) {

  /// Asks the driver, which has been started.
  static CudaDevice of(int index) {
    JCudaDriver.setExceptionsEnabled(true);
    JCudaDriver.cuInit(0);
    CUdevice device = handle(index);
    byte[] name = new byte[256];
    JCudaDriver.cuDeviceGetName(name, name.length, device);
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    int[] driver = new int[1];
    JCudaDriver.cuDriverGetVersion(driver);
    long[] bytes = new long[1];
    JCudaDriver.cuDeviceTotalMem(bytes, device);
    int major = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
    int minor = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    return new CudaDevice(
        index,
        new String(name, 0, length, UTF_8).strip(),
        driver[0],
        10 * major + minor,
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        bytes[0]);
  }

  static CUdevice handle(int index) {
    CUdevice device = new CUdevice();
    JCudaDriver.cuDeviceGet(device, index);
    return device;
  }

  private static int attribute(CUdevice device, int which) {
    int[] value = new int[1];
    JCudaDriver.cuDeviceGetAttribute(value, which, device);
    return value[0];
  }

  /// One line for people.
  String description() {
    CudaCompiler compiler = CudaCompiler.find(driver);
    return "%s, compute capability %d.%d, %d multiprocessors, %.1f GiB, driver for CUDA %d.%d, compiled for %s by %s"
        .formatted(
            name,
            capability / 10,
            capability % 10,
            processors,
            memoryBytes / 1073741824.0,
            driver / 1000,
            driver % 1000 / 10,
            Architecture.of(capability, compiler),
            compiler.name());
  }
}
